'use strict';

/*
 * The page checks itself: what docs/formats.md says of statements (sections 2 and 3), of checkpoints, cosignatures and
 * proofs (section 11), by the browser's own Ed25519 and nothing from elsewhere. What it can't check is said in
 * the verdict's box. Data is only ever put down as text.
 */
const check = (() => {
  const TYPE = 'application/vnd.rootkeep.statement.v1+json';
  const HEADER = ['v', 'ledger', 'id', 'author', 'kind', 'made_at', 'seen', 'facts', 'personal'];
  const SHOWN = { all: 'disclosed', facts: 'facts only', erased: 'personal part erased', header: 'header only' };
  const MOST_PROBLEMS = 100;
  const text = new TextEncoder();
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  // ---- bytes ---------------------------------------------------------------------------------

  const ascii = (string) => text.encode(string);

  const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const VALUES = new Int8Array(128).fill(-1);
  for (let value = 0; value < 64; value += 1) VALUES[DIGITS.charCodeAt(value)] = value;

  /** Canonical base64 (RFC 4648, section 3.5: unused bits are zero) as bytes, else null. */
  function base64(string) {
    if (typeof string !== 'string' || string.length % 4 !== 0) return null;
    const padding = string.endsWith('==') ? 2 : Number(string.endsWith('='));
    const digits = string.length - padding;
    const bytes = new Uint8Array((string.length / 4) * 3 - padding);
    let [held, bits, to] = [0, 0, 0];
    for (let at = 0; at < digits; at += 1) {
      const code = string.charCodeAt(at);
      const value = code < 128 ? VALUES[code] : -1;
      if (value < 0) return null;
      held = ((held << 6) | value) & 0xfff;
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        bytes[to] = held >> bits;
        to += 1;
      }
    }
    return (held & ((1 << bits) - 1)) === 0 ? bytes : null;
  }

  function toBase64(bytes) {
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  }

  const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

  function hex(bytes) {
    let string = '';
    for (let at = 0; at < bytes.length; at += 1) string += HEX[bytes[at]];
    return string;
  }

  function fromHex(string, length) {
    if (typeof string !== 'string' || !/^([0-9a-f]{2})*$/.test(string) || string.length !== 2 * length) return null;
    return Uint8Array.from({ length }, (_, at) => parseInt(string.slice(2 * at, 2 * at + 2), 16));
  }

  function joined(...pieces) {
    const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  // ---- Ed25519 -------------------------------------------------------------------------------

  /** Encodings of points of small order, sign bit cleared: a signature under such a key fits many messages. */
  const SMALL_ORDER = new Set([
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ]);

  /** The bytes of a key that is canonical and not of small order, else null. */
  function publicKey(string) {
    const bytes = fromHex(string, 32);
    if (bytes === null) return null;
    const y = bytes.slice();
    y[31] &= 0x7f;
    const above = y[31] === 0x7f && y.subarray(1, 31).every((byte) => byte === 0xff) && y[0] >= 0xed;
    return above || SMALL_ORDER.has(hex(y)) ? null : bytes;
  }

  /** Keys as the browser has them, by their bytes in hex; null where it has no Ed25519. */
  async function importer() {
    const subtle = globalThis.crypto && globalThis.crypto.subtle;
    if (!subtle) return null;
    const own = new Uint8Array(await subtle.digest('SHA-256', ascii('rootkeep')));
    if (hex(own) !== hex(sha256(ascii('rootkeep')))) throw new Error('SHA-256 differs from the browser\u2019s own');
    // RFC 8032, section 7.1, test 2: the browser has Ed25519, and it tells right from wrong.
    const key = fromHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 32);
    const signature = fromHex(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da'
        + '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00', 64);
    const keys = new Map();
    const verify = async (bytes, message, signed) => {
      const name = hex(bytes);
      if (!keys.has(name)) keys.set(name, subtle.importKey('raw', bytes, { name: 'Ed25519' }, false, ['verify']));
      return subtle.verify({ name: 'Ed25519' }, await keys.get(name), signed, message);
    };
    try {
      const right = await verify(key, Uint8Array.of(0x72), signature);
      const wrong = await verify(key, Uint8Array.of(0x73), signature);
      return right && !wrong ? verify : null;
    } catch {
      return null;
    }
  }

  // ---- the tree (RFC 6962; RFC 9162, sections 2.1.3.2 and 2.1.4.2) -----------------------------

  const leafHash = (bytes) => sha256(Uint8Array.of(0), bytes);
  const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);
  const half = (number) => Math.floor(number / 2);

  function same(one, other) {
    if (one.length !== other.length) return false;
    for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
    return true;
  }

  /**
   * Leads leaves to the root; returns why one does not get there, or null. What was led there is remembered by level and
   * place: where a path meets it, the rest of the path has to be what is remembered. So neighbours cost two hashes each.
   */
  function tree(size, root) {
    /** By level, hashes by place. */
    const known = [];
    const off = 'its audit path does not lead to the checkpoint\u2019s root';
    return (seq, leaf, path) => {
      if (!Number.isSafeInteger(seq) || seq < 0 || seq >= size) return 'its index is not in the checkpoint\u2019s tree';
      const way = [];
      let [hash, place, last, level, used, met] = [leaf, seq, size - 1, 0, 0, false];
      while (last > 0) {
        known[level] ??= new Map();
        const row = known[level];
        if (!met) {
          const here = row.get(place);
          if (here && !same(here, hash)) return off;
          met = here !== undefined;
          way.push([row, place, hash]);
        }
        const right = place % 2 === 1;
        if (right || place < last) {
          const sibling = path[used];
          used += 1;
          if (!sibling) return 'its audit path is too short';
          const beside = right ? place - 1 : place + 1;
          const before = row.get(beside);
          if (before ? !same(before, sibling) : met) return off;
          if (!met) {
            way.push([row, beside, sibling]);
            hash = right ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
          }
        }
        [place, last, level] = [half(place), half(last), level + 1];
      }
      if (used !== path.length) return 'its audit path is too long';
      if (!met && hex(hash) !== root) return off;
      for (const [row, at, value] of way) row.set(at, value);
      return null;
    };
  }

  /** Whether a tree continues an older one; else why not. */
  function consistent(old, size, proof, oldRoot, newRoot) {
    if (old > size) return 'the log has shrunk since the bundle before';
    if (old === 0 || old === size) {
      if (proof.length > 0) return 'the proof has hashes that it does not need';
      if (old === 0 && oldRoot !== hex(sha256())) return 'the older root is not the empty tree\u2019s';
      return old === size && oldRoot !== newRoot ? 'the same size has another root' : null;
    }
    let [place, last] = [old - 1, size - 1];
    let rest = proof;
    let start = fromHex(oldRoot, 32);
    while (place % 2 === 1) [place, last] = [half(place), half(last)];
    if (place > 0) [start, rest] = [proof[0], proof.slice(1)];
    if (!start) return 'the proof is too short';
    let [older, newer] = [start, start];
    for (const sibling of rest) {
      if (last === 0) return 'the proof is too long';
      if (place % 2 === 1 || place === last) {
        older = nodeHash(sibling, older);
        newer = nodeHash(sibling, newer);
        while (place % 2 === 0 && place > 0) [place, last] = [half(place), half(last)];
      } else {
        newer = nodeHash(newer, sibling);
      }
      [place, last] = [half(place), half(last)];
    }
    if (last !== 0) return 'the proof is too short';
    if (hex(older) !== oldRoot) return 'the proof is not about the older root';
    return hex(newer) === newRoot ? null : 'the proof is not about this checkpoint\u2019s root';
  }

  // ---- the checkpoint (C2SP signed-note, tlog-checkpoint, tlog-cosignature) ---------------------

  /** A signed note's text and its lines, else null. */
  function signedNote(note) {
    const end = note.lastIndexOf('\n\n');
    if (end < 0 || !note.endsWith('\n') || /[\x00-\x09\x0b-\x1f]/.test(note)) return null;
    const lines = note.slice(end + 2, -1).split('\n').map((line) => {
      const parts = /^\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)$/.exec(line);
      const bytes = parts && base64(parts[2]);
      return bytes && bytes.length > 4 ? { name: parts[1], id: hex(bytes.subarray(0, 4)), signature: bytes.subarray(4) } : null;
    });
    const once = new Set(lines.map((line) => line && `${line.name} ${line.id}`));
    if (lines.includes(null) || once.size !== lines.length) return null;
    return { text: note.slice(0, end + 1), lines };
  }

  function checkpointText(body) {
    const parts = /^(rootkeep\/[0-9a-f]{64})\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)\n$/.exec(body);
    const root = parts && base64(parts[3]);
    const size = parts ? Number(parts[2]) : NaN;
    return root && Number.isSafeInteger(size) ? { origin: parts[1], size, root: hex(root) } : null;
  }

  const keyId = (name, algorithm, key) => hex(sha256(ascii(`${name}\n`), Uint8Array.of(algorithm), key).subarray(0, 4));

  function iso(seconds) {
    const date = new Date(Number(seconds) * 1000);
    return Number.isNaN(date.getTime()) ? null : `${date.toISOString().slice(0, 19)}Z`;
  }

  function fingerprint(key) {
    const word = (bytes) => joined(Uint8Array.of(0, 0, 0, bytes.length), bytes);
    const digest = sha256(word(ascii('ssh-ed25519')), word(key));
    return `SHA256:${toBase64(digest).replace(/=+$/, '')}`;
  }

  // ---- the page ------------------------------------------------------------------------------

  /** No characters: the last two of each plane. */
  const NONE = Array.from({ length: 17 }, (_, plane) => String.fromCodePoint(plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff));
  const HIDDEN = new RegExp(
    `[\\p{Cc}\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f`
      + `\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}${NONE.join('')}]`, 'gu');

  /** Text as the page's writer shows it: what a reader would not see, by its number. */
  const visible = (string) => string.replace(HIDDEN, (character) => (
    `\u27e8U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}\u27e9`));

  /** Lets everything else go first. */
  const breathe = () => (globalThis.scheduler && scheduler.postTask
    ? scheduler.postTask(() => {}, { priority: 'background' })
    : new Promise((resolve) => { setTimeout(resolve); }));

  /** So many milliseconds of work go without a breath. */
  const SLICE = 12;

  /**
   * Checks everything. `problem(seq, rule, words)` is called for each thing that is wrong, `progress(done, all)` now
   * and then. Returns what was checked, by number.
   */
  async function run(evidence, bundle, rows, problem, progress) {
    const { trust } = bundle;
    const verify = await importer();
    const counts = { entries: 0, signatures: 0, facts: 0, personal: 0, headers: 0, rows: 0, cosigned: 0, others: 0, distrusted: 0, in_force: 0, continues: null };
    counts.can_verify = verify !== null;

    // Whose keys count.
    const keys = new Map();
    const people = new Map(evidence.people.map((person) => [person.id, person]));
    if (trust.ledger !== evidence.ledger.id) problem(null, 'trust', 'the keys are another ledger\u2019s');
    for (const one of trust.custodians) {
      const key = publicKey(one.sign);
      const person = people.get(one.id);
      if (key === null) {
        problem(null, 'trust', `the key of ${one.name} is no good Ed25519 key`);
      } else if (fingerprint(key) !== one.fingerprint) {
        problem(null, 'trust', `the fingerprint shown for ${one.name} is not that of the key`);
      } else {
        keys.set(one.id, { ...one, key });
      }
      if (!person || person.from !== one.from || person.until !== one.until || person.distrusted !== one.distrusted) {
        problem(null, 'trust', `${one.name}: from when to when the key counts is told in two ways`);
      }
    }

    await checkpoint(evidence, bundle, keys, verify, problem, counts);

    // The entries, one by one.
    const hashes = bundle.hashes.map((hash) => {
      const bytes = base64(hash);
      return bytes && bytes.length === 32 ? bytes : null;
    });
    const lead = tree(evidence.checkpoint.size, evidence.checkpoint.root);
    const said = new Map();
    const places = new Map(evidence.statements.map((line) => [line.leaf, line.seq]));
    const { first, end } = evidence.range;
    if (evidence.statements.length !== end - first) {
      problem(null, 'gap', `the range has ${end - first} entries, and ${evidence.statements.length} are listed`);
    }
    if (bundle.statements.length !== evidence.statements.length) {
      problem(null, 'gap', `${evidence.statements.length} entries are listed, and ${bundle.statements.length} are here`);
    }
    const ids = new Set();
    let pause = performance.now() + SLICE;
    let signatures = [];
    for (const [at, line] of evidence.statements.entries()) {
      const wrong = (rule, words) => problem(line.seq, rule, words);
      if (line.seq !== first + at) wrong('gap', `entry ${first + at} was to stand here`);
      const own = bundle.statements[at];
      if (!own || own.seq !== line.seq) {
        wrong('gap', 'the signed statement is not here');
      } else {
        const signed = statement(evidence, line, own, { keys, hashes, lead, ids, places, said, counts }, wrong);
        if (signed && verify) signatures.push([line.seq, signed]);
      }
      const shown = rows.get(`s${line.seq}`);
      if (shown) {
        row(line, shown, people, wrong, counts);
        if (own) setOut(line, own, shown, wrong);
      } else {
        wrong('row', 'the page does not show it');
      }
      counts.entries += 1;
      if (signatures.length >= 64 || performance.now() > pause) {
        await settle(signatures, verify, problem, counts);
        signatures = [];
        progress(at + 1, evidence.statements.length);
        await breathe();
        pause = performance.now() + SLICE;
      }
    }
    await settle(signatures, verify, problem, counts);
    if (rows.size !== evidence.statements.length) {
      problem(null, 'row', `the page shows ${rows.size} statements, and has ${evidence.statements.length}`);
    }
    if (counts.headers !== evidence.range.headers || counts.entries - counts.headers !== evidence.range.disclosed) {
      problem(null, 'counts', 'the numbers of disclosed entries and of headers are not those of the entries');
    }
    signOffs(evidence, said, problem);
    return counts;
  }

  async function settle(signatures, verify, problem, counts) {
    await Promise.all(signatures.map(async ([seq, { key, message, signature }]) => {
      if (await verify(key, message, signature)) counts.signatures += 1;
      else problem(seq, 'signature', 'its signature is not by its author\u2019s key');
    }));
  }

  async function checkpoint(evidence, bundle, keys, verify, problem, counts) {
    const wrong = (rule, words) => problem(null, rule, words);
    const { trust } = bundle;
    const note = signedNote(bundle.checkpoint);
    const head = note && checkpointText(note.text);
    if (!head) {
      wrong('checkpoint', 'the checkpoint is no signed note of a checkpoint');
      return;
    }
    if (head.origin !== `rootkeep/${evidence.ledger.id}`) wrong('checkpoint', 'the checkpoint is another ledger\u2019s');
    if (head.size !== evidence.checkpoint.size || head.root !== evidence.checkpoint.root) {
      wrong('checkpoint', 'the checkpoint\u2019s size and root are not those that the page shows');
    }
    const cosigned = [];
    for (const line of note.lines) {
      const id = line.name.startsWith(`${head.origin}/`) ? line.name.slice(head.origin.length + 1) : null;
      const custodian = id !== null ? keys.get(id) : undefined;
      const logKey = line.name === head.origin ? publicKey(trust.log_key) : null;
      if (custodian && line.id === keyId(line.name, 4, custodian.key)) {
        if (line.signature.length !== 72) {
          wrong('cosignature', `the cosignature of ${custodian.name} has the wrong length`);
          continue;
        }
        const view = new DataView(line.signature.buffer, line.signature.byteOffset, 8);
        const time = view.getBigUint64(0);
        const message = ascii(`cosignature/v1\ntime ${time}\n${note.text}`);
        if (verify && !(await verify(custodian.key, message, line.signature.subarray(8)))) {
          wrong('cosignature', `the cosignature of ${custodian.name} does not verify`);
          continue;
        }
        cosigned.push({ custodian: id, at: iso(time), in_force: custodian.from !== null && custodian.until === null });
      } else if (logKey && line.id === keyId(line.name, 1, logKey)) {
        if (verify && (line.signature.length !== 64 || !(await verify(logKey, ascii(note.text), line.signature)))) {
          wrong('checkpoint', 'the log\u2019s own line of the checkpoint does not verify');
        }
      } else if (line.name.startsWith(head.origin)) {
        wrong('cosignature', `a line of the checkpoint is by ${custodian ? custodian.name : 'nobody known here'}, under a key that is not theirs`);
      } else {
        counts.others += 1;
      }
    }
    const shown = evidence.checkpoint.cosigned;
    const told = shown.length === cosigned.length
      && shown.every((one, at) => one.custodian === cosigned[at].custodian && one.at === cosigned[at].at);
    if (!told) wrong('cosignature', 'who cosigned the checkpoint, and when, is not what the page shows');
    counts.cosigned = cosigned.length;
    counts.in_force = cosigned.filter((one) => one.in_force).length;
    counts.needed = Math.min(trust.threshold, trust.custodians.filter((one) => one.from !== null && one.until === null).length);
    if (trust.threshold !== evidence.ledger.threshold) wrong('trust', 'how many custodians decide is told in two ways');

    if (evidence.previous === null) {
      if (bundle.consistency !== null) wrong('consistency', 'there is a proof of continuing, and no bundle before');
      return;
    }
    const parts = bundle.consistency === null ? null : /^old (0|[1-9][0-9]*)\n((?:[A-Za-z0-9+/]{43}=\n)*)\n([^]*)$/.exec(bundle.consistency);
    const proof = parts && parts[2].split('\n').slice(0, -1).map(base64);
    const onto = parts && signedNote(parts[3]);
    if (!parts || proof.includes(null) || !onto) {
      wrong('consistency', 'the proof that the checkpoint continues the bundle before is missing or malformed');
    } else if (onto.text !== note.text || Number(parts[1]) !== evidence.previous.size) {
      wrong('consistency', 'the proof of continuing is about other checkpoints');
    } else {
      const why = consistent(evidence.previous.size, head.size, proof, evidence.previous.root, head.root);
      if (why) wrong('consistency', why);
      else counts.continues = evidence.previous.size;
    }
  }

  /** One entry; returns its signature, to be verified. */
  function statement(evidence, line, own, { keys, hashes, lead, ids, places, said, counts }, wrong) {
    const bytes = ascii(own.envelope);
    const leaf = leafHash(bytes);
    if (hex(leaf) !== line.leaf) wrong('leaf', 'its digest is not the one that the page shows');
    const off = lead(line.seq, leaf, own.path.map((place) => hashes[place]));
    if (off) wrong('path', off);
    const parts = /^\{"payloadType":"([^"\\]*)","payload":"([^"\\]*)","signatures":\[\{"keyid":"([0-9a-f]{64})","sig":"([^"\\]*)"\}\]\}$/.exec(own.envelope);
    const payload = parts && base64(parts[2]);
    const signature = parts && base64(parts[4]);
    if (!parts || !payload || !signature || parts[1] !== TYPE || signature.length !== 64 || bytes.length > 65535) {
      wrong('envelope', 'it is no DSSE envelope of a statement in the one spelling');
      return null;
    }
    const header = readHeader(payload);
    if (!header) {
      wrong('header', 'its header is not of its form');
      return null;
    }
    if (header.ledger !== evidence.ledger.id) wrong('header', 'it is another ledger\u2019s');
    for (const field of ['kind', 'author', 'made_at']) {
      if (header[field] !== line[field]) wrong('header', `its ${field} is signed as ${JSON.stringify(header[field])}, and shown as ${JSON.stringify(line[field])}`);
    }
    if (ids.has(header.id)) wrong('header', 'another entry has its id');
    ids.add(header.id);
    if (header.seen.size > line.seq) wrong('header', 'its author can\u2019t have seen a log that long');
    disclosed(line, own, header, counts, wrong);
    if (own.facts && (line.kind === 'sign' || line.kind === 'reject' || line.kind === 'correct')) about(line, own, places, said);
    const custodian = keys.get(header.author);
    if (!custodian) {
      wrong('author', 'no key of its author is here');
      return null;
    }
    if (custodian.until !== null && line.seq > custodian.until) wrong('author', 'its author counted no more when it was entered');
    if (custodian.distrusted !== null && line.seq >= custodian.distrusted) counts.distrusted += 1;
    if (parts[3] !== custodian.sign) {
      wrong('signature', 'it is signed by a key that is not its author\u2019s');
      return null;
    }
    return { key: custodian.key, message: joined(ascii(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `), payload), signature };
  }

  /** The header, where it is spelt in the one way. */
  function readHeader(payload) {
    try {
      const json = utf8.decode(payload);
      const header = JSON.parse(json);
      const spelt = JSON.stringify(header) === json && Object.keys(header).join() === HEADER.join();
      const seen = spelt && header.seen && Object.keys(header.seen).join() === 'size,root';
      return seen && header.v === 1 && Number.isSafeInteger(header.seen.size) ? header : null;
    } catch {
      return null;
    }
  }

  /** Its parts are those that were signed, and as many as the page says. */
  function disclosed(line, own, header, counts, wrong) {
    for (const name of ['facts', 'personal']) {
      const part = own[name];
      if (part) {
        const salt = base64(part.salt);
        const bytes = base64(part.bytes);
        const fits = salt && bytes && salt.length === 32
          && hex(sha256(ascii(`rootkeep/${name}/v1\n`), salt, bytes)) === header[name];
        if (fits) counts[name] += 1;
        else wrong(name, name === 'facts' ? 'its facts are not those that were signed' : 'its personal part is not the one that was signed');
      }
    }
    const [facts, personal, signedPersonal] = [Boolean(own.facts), Boolean(own.personal), header.personal !== null];
    const right = {
      all: facts && personal === signedPersonal,
      facts: facts && !personal && signedPersonal,
      erased: facts && !personal && signedPersonal,
      header: !facts && !personal,
    }[line.shown];
    if (!right) wrong('shown', `it is said to be shown as \u201c${SHOWN[line.shown] || line.shown}\u201d, and its parts are otherwise`);
    if (line.shown === 'header') counts.headers += 1;
  }

  /** What a signature, a refusal or a correction is about. */
  function about(line, own, places, said) {
    try {
      const { subject } = JSON.parse(utf8.decode(base64(own.facts.bytes)));
      const target = places.get(subject);
      if (target === undefined) return;
      if (!said.has(target)) said.set(target, { sign: [], reject: [], correct: [] });
      said.get(target)[line.kind].push(line);
    } catch {
      // Facts that don't fit were named already.
    }
  }

  function signOffs(evidence, said, problem) {
    const told = (lines) => lines.map((one) => `${one.custodian} ${one.seq}`).join();
    const signed = (lines) => lines.map((one) => `${one.author} ${one.seq}`).join();
    for (const line of evidence.statements) {
      const own = said.get(line.seq) || { sign: [], reject: [], correct: [] };
      if (told(line.signed) !== signed(own.sign)) problem(line.seq, 'sign-off', 'who agreed to it is not what the signed statements say');
      if (told(line.rejected) !== signed(own.reject)) problem(line.seq, 'sign-off', 'who refused it is not what the signed statements say');
      if (line.corrected.join() !== own.correct.map((one) => one.seq).join()) problem(line.seq, 'sign-off', 'what corrects it is not what the signed statements say');
    }
  }

  /** What is printed of an entry is what was checked. */
  function row(line, shown, people, wrong, counts) {
    const person = people.get(line.author);
    const expected = {
      seq: String(line.seq),
      kind: visible(line.kind),
      author: visible(person ? person.name : line.author.slice(0, 8)),
      recorded: `${line.made_at} ${line.made_at.slice(0, 10)} ${line.made_at.slice(11, 19)}`,
      shown: SHOWN[line.shown],
      text: line.text === null ? 'what it says is withheld' : visible(line.text),
    };
    const differs = Object.keys(expected).filter((field) => expected[field] !== shown[field]);
    if (differs.length > 0) wrong('row', `the page shows another ${differs.join(', ')}`);
    else counts.rows += 1;
  }

  /** What is folded under an entry, as `statements.rs` writes it: digests, when it happened, its parts. */
  const FOLDED = new RegExp(
    '^\\n<dl><dt>Leaf</dt><dd><code>([0-9a-f]*)</code></dd><dt>Author</dt><dd><code>([0-9a-f]*)</code></dd>'
      + '(?:<dt>Happened</dt><dd><time datetime="([^"<]*)">([^<]*)</time></dd>)?</dl>\\n'
      + '((?:<p class="name">(?:Facts|Personal part)</p><pre tabindex="0">[^<]*</pre>'
      + '(?:<p>The first [0-9]+ of [0-9]+ bytes; the whole is in the bundle under <code>[^<]*</code>\\.</p>)?\\n)*)$');
  const PART = /<pre tabindex="0">([^<]*)<\/pre>/g;
  const unescaped = (markup) => markup.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

  /** What is folded is what was signed: its parts but for white space between tokens. */
  function setOut(line, own, shown, wrong) {
    const [, leaf, author, at, words, markup] = FOLDED.exec(shown.folded) || [];
    const happened = line.happened_at === null ? undefined : line.happened_at;
    const printed = markup === undefined ? [] : Array.from(markup.matchAll(PART), ([, part]) => compact(unescaped(part)));
    const parts = [own.facts, own.personal].filter(Boolean);
    const same = leaf === line.leaf && author === line.author && at === happened
      && (at === undefined || words === `${at.slice(0, 10)} ${at.slice(11, 19)}`)
      && parts.length === printed.length && parts.every((part, place) => {
        const bytes = base64(part.bytes);
        // What is no text is named where it is held to its commitment.
        if (!bytes) return true;
        const signed = compact(visible(lenient.decode(bytes)));
        // Of a long part only the beginning is set out.
        return printed[place] === signed || (printed[place].length > 4096 && signed.startsWith(printed[place].slice(0, -8)));
      });
    if (!same) wrong('row', 'the page sets out something other than what was signed');
  }

  const lenient = new TextDecoder();

  /** JSON without the white space between its tokens. */
  function compact(text) {
    let out = '';
    let quoted = false;
    let escaped = false;
    for (const character of text) {
      if (quoted) {
        out += character;
        quoted = escaped || character !== '"';
        escaped = !escaped && character === '\\';
      } else if (character !== ' ' && character !== '\n') {
        out += character;
        quoted = character === '"';
      }
    }
    return out;
  }

  return { run, visible, breathe, MOST_PROBLEMS };
})();

// ---- the verdict -----------------------------------------------------------------------------

if (globalThis.document) {
  const list = document.getElementById('statement-list');

  /** The text that is folded under an entry, whether or not somebody has unfolded it; null where there is more. */
  const folded = (details) => {
    if (details.localName !== 'details') return null;
    const [, kept] = details.children;
    return unfolded.get(details) ?? (details.children.length === 2 && kept.localName === 'noscript' ? kept.textContent : null);
  };

  /** An entry as it is printed. */
  const printed = (item) => {
    const [line, words] = item.children;
    const [seq, kind, author, recorded, shown] = line.children;
    return {
      seq: seq.textContent,
      kind: kind.textContent,
      author: author.textContent,
      recorded: `${recorded.dateTime} ${recorded.textContent}`,
      shown: shown.textContent,
      text: words.textContent,
      folded: folded(item.lastElementChild),
    };
  };

  /** The entries that the page shows, and each by its place. */
  const rows = {
    size: list.querySelectorAll('li').length,
    get(id) {
      const item = document.getElementById(id);
      return item && list.contains(item) ? printed(item) : undefined;
    },
  };

  const box = document.getElementById('verdict');
  const status = document.getElementById('verdict-status');
  const details = document.getElementById('verdict-details');
  const number = (value) => value.toLocaleString('en');
  const many = (value, one, more) => `${number(value)} ${value === 1 ? one : more}`;
  const element = (name, words) => {
    const made = document.createElement(name);
    made.textContent = words;
    return made;
  };
  const say = (state, words) => {
    box.dataset.state = state;
    status.textContent = words;
  };

  const problems = [];
  const problem = (seq, rule, words) => problems.push({ seq, rule, words });
  const bar = document.createElement('progress');
  bar.setAttribute('aria-label', 'Entries checked');

  const showProblems = () => {
    const list = document.createElement('ul');
    for (const one of problems.slice(0, check.MOST_PROBLEMS)) {
      const item = document.createElement('li');
      if (one.seq !== null) {
        const link = element('a', `Entry ${one.seq}`);
        link.href = `#s${one.seq}`;
        item.append(link, ': ');
      }
      item.append(`${check.visible(one.words)} `, element('code', one.rule));
      list.append(item);
    }
    details.replaceChildren(list);
    if (problems.length > check.MOST_PROBLEMS) {
      details.append(element('p', `These are the first ${check.MOST_PROBLEMS} of ${number(problems.length)}.`));
    }
  };

  const showCounts = (counts, evidence) => {
    const lines = [];
    const { first, end } = evidence.range;
    if (end > first) {
      lines.push(`${many(counts.entries, 'entry', 'entries')}, from ${first} to ${end - 1} without a gap: each stands at its place under the checkpoint\u2019s root.`);
    }
    lines.push(counts.can_verify
      ? `${many(counts.signatures, 'signature', 'signatures')}: each entry is signed by its author\u2019s key (Ed25519).`
      : 'Signatures were NOT checked: this browser has no Ed25519. Use a newer one, or the commands in VERIFY.md.');
    lines.push(`The contents are those that were signed: facts of ${many(counts.facts, 'entry', 'entries')}, personal parts of ${number(counts.personal)}; ${many(counts.headers, 'entry is', 'entries are')} here as a header alone.`);
    lines.push(`The checkpoint of ${many(evidence.checkpoint.size, 'entry', 'entries')}: ${counts.can_verify ? '' : 'said to be '}cosigned by ${many(counts.cosigned, 'custodian', 'custodians')}, ${counts.in_force} of them in force; ${counts.needed} decide in this ledger.`);
    if (counts.distrusted > 0) lines.push(`${many(counts.distrusted, 'entry is', 'entries are')} by a key that governance distrusts from there on.`);
    if (counts.others > 0) lines.push(`${many(counts.others, 'more line of the checkpoint is by somebody whose key is', 'more lines of the checkpoint are by others, whose keys are')} not here: not checked.`);
    if (counts.continues !== null) lines.push(`It continues the log of ${many(counts.continues, 'entry', 'entries')} that the bundle before was made of: nothing in that was changed.`);
    lines.push(`${many(counts.rows, 'row', 'rows')} of this page ${counts.rows === 1 ? 'shows' : 'show'} what was checked.`);
    const list = document.createElement('ul');
    for (const line of lines) list.append(element('li', line));
    details.replaceChildren(list);
  };

  const finish = (state, words) => {
    say(state, words);
    document.documentElement.dataset.check = state;
  };

  (async () => {
    say('checking', 'Checking\u2026');
    details.replaceChildren(bar);
    try {
      await new Promise((resolve) => { setTimeout(resolve, 60); });
      const evidence = JSON.parse(document.getElementById('evidence').textContent);
      await check.breathe();
      const bundle = JSON.parse(document.getElementById('bundle').textContent);
      await check.breathe();
      bar.max = Math.max(evidence.statements.length, 1);
      let told = 0;
      const counts = await check.run(evidence, bundle, rows, problem, (done) => {
        if (performance.now() - told < 100) return;
        told = performance.now();
        bar.value = done;
      });
      if (problems.length > 0) {
        finish('bad', `This bundle is NOT as it was signed: ${many(problems.length, 'thing is', 'things are')} wrong.`);
        showProblems();
      } else if (!counts.can_verify) {
        finish('partial', 'Only a part could be checked: this browser can\u2019t verify Ed25519 signatures.');
        showCounts(counts, evidence);
      } else {
        const few = counts.in_force < counts.needed;
        finish(few ? 'few' : 'good', few
          ? 'All that was signed is as it was signed, but too few custodians have cosigned the checkpoint.'
          : 'All that was signed is as it was signed.');
        showCounts(counts, evidence);
      }
    } catch (error) {
      problem(null, 'page', `the check could not be finished: ${error.message}`);
      finish('bad', 'This page\u2019s data can\u2019t be read: the bundle is damaged.');
      showProblems();
    }
  })();
}
