// Drives Chromium for evidence_page.sh: node evidence_page.mjs DIRECTORY [PICTURES]
// DIRECTORY has small.html and large.html; PICTURES, if named, is where screenshots go.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.env.ROOTKEEP_NPM, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [directory, pictures] = process.argv.slice(2);
const small = readFileSync(join(directory, 'small.html'), 'utf8');
let failures = 0;

function expect(good, what, told) {
  console.log(`${good ? 'ok  ' : 'FAIL'} ${what}${good || told === undefined ? '' : `: ${JSON.stringify(told)}`}`);
  if (!good) failures += 1;
}

// ---- the browser -------------------------------------------------------------------------------

const profile = mkdtempSync(join(tmpdir(), 'rootkeep-chromium-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
  viewport: { width: 1360, height: 900 },
});

// A page that tells of whatever it asks for, and of every error.
async function opened(file, { wait = true } = {}) {
  const page = await context.newPage();
  const asked = [];
  const errors = [];
  page.on('request', (request) => { if (!request.url().startsWith('data:')) asked.push(request.url()); });
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) errors.push(message.text()); });
  page.on('pageerror', (error) => errors.push(String(error)));
  const url = pathToFileURL(join(directory, file)).href;
  await page.goto(url);
  if (wait) await page.waitForFunction(() => document.documentElement.dataset.check, null, { timeout: 60_000 });
  return { page, asked, errors, url };
}

const verdict = (page) => page.evaluate(() => ({
  state: document.documentElement.dataset.check,
  status: document.getElementById('verdict-status').textContent,
  details: Array.from(document.querySelectorAll('#verdict-details li'), (item) => item.textContent),
}));

// ---- a page that is as it was exported ---------------------------------------------------------

{
  const { page, asked, errors, url } = await opened('small.html');
  const told = await verdict(page);
  expect(told.state === 'good', 'the self-check passes', told);
  console.log(told.details.map((line) => `     ${line}`).join('\n'));
  expect(asked.length === 1 && asked[0] === url, 'nothing but the file is asked for', asked);
  expect(errors.length === 0, 'no error and nothing against the policy', errors);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      for (const one of document.querySelectorAll('#s45 details, #s46 details')) one.open = true;
      await new Promise((resolve) => { setTimeout(resolve, 100); });
      const { violations } = await globalThis.axe.run(document);
      return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)) }));
    });
    const grave = found.filter((one) => ['serious', 'critical'].includes(one.impact));
    expect(grave.length === 0, `axe finds nothing serious, ${scheme}`, grave);
    for (const one of found.filter((other) => !grave.includes(other))) console.log(`     axe, ${one.impact}: ${one.id}`);
    if (pictures) await page.screenshot({ path: join(pictures, `evidence-${scheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.close();
}

// ---- by keyboard -------------------------------------------------------------------------------

{
  const { page } = await opened('small.html');
  const focused = () => page.evaluate(() => {
    const at = document.activeElement;
    return { text: at.textContent.trim(), tag: at.tagName, ring: getComputedStyle(at).outlineStyle };
  });
  await page.keyboard.press('Tab');
  expect((await focused()).text === 'Skip to the evidence', 'the first stop skips to the evidence', await focused());
  await page.keyboard.press('Enter');
  let reached = null;
  for (let stop = 0; stop < 400 && !reached; stop += 1) {
    await page.keyboard.press('Tab');
    const at = await focused();
    if (at.tag === 'BUTTON' && at.text === 'Witness') reached = at;
  }
  expect(reached !== null && reached.ring !== 'none', 'the keyboard reaches the tables, and shows where it is', reached);
  await page.keyboard.press('Enter');
  const sorted = await page.evaluate(() => {
    const head = document.activeElement.closest('th');
    const rows = Array.from(head.closest('table').tBodies[0].rows, (row) => row.cells[head.cellIndex].textContent);
    return { sort: head.getAttribute('aria-sort'), rows };
  });
  const collated = sorted.rows.slice().sort(new Intl.Collator('en', { numeric: true }).compare);
  expect(sorted.sort === 'ascending' && collated.join() === sorted.rows.join(), 'a table is sorted by keyboard', sorted);
  await page.getByLabel('Filter statements').fill('drill.finish');
  await page.waitForFunction(() => document.querySelectorAll('#statement-list li[hidden]').length > 0);
  const shown = await page.locator('#statement-list li:not([hidden]) .kind').allTextContents();
  expect(shown.length > 0 && shown.every((kind) => kind === 'drill.finish'), 'statements are filtered', shown);
  expect(await page.locator('#s46 pre').count() === 0, 'what is folded is not there before it is unfolded');
  await page.evaluate(() => { location.hash = '#s45'; });
  await page.waitForFunction(() => !document.getElementById('s45').hidden);
  expect(true, 'a link finds its statement whatever the filter');
  await page.locator('#s46 summary').press('Enter');
  await page.locator('#s46 pre').first().waitFor();
  expect(await page.locator('#s46 pre').first().isVisible(), 'what was signed is unfolded by keyboard');
  await page.getByLabel('Filter accesses').fill('berlin');
  await page.waitForFunction(() => document.querySelector('tr[hidden]'));
  const hidden = await page.evaluate(() => document.querySelector('tr[hidden]').id);
  await page.evaluate((id) => { location.hash = `#${id}`; }, hidden);
  await page.locator(`#${hidden}`).waitFor();
  const row = page.locator(`#${hidden}`);
  const entry = await row.locator('a').first().textContent();
  await row.locator('a').first().press('Enter');
  await page.waitForFunction((seq) => location.hash === `#s${seq}`, entry);
  const back = await page.locator(`#s${entry} .line a`).last().getAttribute('href');
  expect(back === `#${hidden}`, 'a row leads to its entries, whatever the filter, and each of them back', back);
  await page.getByRole('button', { name: /^Unfold everything/ }).press('Enter');
  const folded = await page.evaluate(() => document.querySelectorAll('details:not([open]), noscript').length);
  const unfolded = await page.locator('#statement-list pre').count();
  expect(folded === 0 && unfolded > 120, 'everything is unfolded at once', { folded, unfolded });
  const pdf = join(directory, 'unfolded.pdf');
  await page.pdf({ path: pdf, format: 'Letter' });
  const paper = spawnSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' }).stdout;
  expect(paper.includes('"closed_at"'), 'what is unfolded is on paper');
  await page.close();
}

// ---- unfolded while it is checked --------------------------------------------------------------

{
  const { page } = await opened('small.html', { wait: false });
  await page.getByRole('button', { name: 'Unfold what was signed' }).click();
  await page.waitForFunction(() => document.documentElement.dataset.check, null, { timeout: 60_000 });
  const told = await verdict(page);
  expect(told.state === 'good', 'what is unfolded before the self-check comes to it is checked too', told);
  await page.close();
}

// ---- without JavaScript ------------------------------------------------------------------------

{
  const without = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await (await without.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(pathToFileURL(join(directory, 'small.html')).href);
  const status = await page.locator('#verdict-status').textContent();
  expect(status.startsWith('Not checked yet'), 'without JavaScript the page says that it is not checked', status);
  const all = await page.locator('#statement-list li').count();
  expect(all === 120 && await page.locator('#s100 .text').isVisible(), 'without JavaScript everything is there', all);
  await page.locator('#s100 summary').press('Enter');
  expect(await page.locator('#s100 pre').first().isVisible(), 'without JavaScript what was signed is unfolded');
  await without.close();
}

// ---- on paper ----------------------------------------------------------------------------------

{
  const { page } = await opened('small.html');
  const pdf = join(directory, 'page.pdf');
  await page.pdf({ path: pdf, format: 'A4', preferCSSPageSize: true });
  const words = spawnSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' }).stdout;
  for (const part of ['What is missing', 'Fingerprints to compare', 'Custody map', 'drill.finish', 'PA-1']) {
    expect(words.includes(part), `on paper there is: ${part}`);
  }
  expect(words.match(/Entries +Location/g).length > 1, 'on paper each page of a table has its head');
  if (pictures) spawnSync('pdftoppm', ['-png', '-r', '60', '-f', '1', '-l', '1', '-singlefile', pdf, join(pictures, 'evidence-print')]);
  await page.close();
}

// ---- whatever is changed is found and named ----------------------------------------------------

const block = (id) => new RegExp(`(<script type="application/json" id="${id}">)([^<]*)(</script>)`);
const read = (id) => JSON.parse(block(id).exec(small)[2]);
const put = (html, id, data) => html.replace(block(id), (_, open, __, close) => (
  `${open}${JSON.stringify(data).replaceAll('<', '\\u003c')}${close}`));

const flip = (text, at = 5) => {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const place = digits.indexOf(text[at]);
  return text.slice(0, at) + digits[(place + 1) % 64] + text.slice(at + 1);
};
const flipHex = (text, at = 5) => text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
// Changes a header as its bytes, and spells the envelope anew.
const reheader = (envelope, change) => {
  const wire = JSON.parse(envelope);
  const header = JSON.parse(Buffer.from(wire.payload, 'base64').toString());
  change(header);
  wire.payload = Buffer.from(JSON.stringify(header)).toString('base64');
  return JSON.stringify(wire);
};

const FIRST = 45;
const of = (bundle, seq) => bundle.statements[seq - FIRST];
const line = (evidence, seq) => evidence.statements[seq - FIRST];
const agreed = read('evidence').statements.find((one) => one.signed.length > 0).seq;
const whole = read('evidence').statements.filter((one) => one.shown === 'all');
const told = read('bundle').statements.find((one) => one.personal && one.seq > 60).seq;
const last = FIRST + 119;
const another = (id) => (id === '06'.repeat(16) ? '05' : '06').repeat(16);
const later = read('evidence').statements.find((one) => one.seq > 50 && one.author === '01'.repeat(16)).seq;

// Name; what is done to evidence and bundle; the entry and the rule that are to be named.
const tampered = [
  ['a signature', (e, b) => { const s = of(b, 60); s.envelope = s.envelope.replace(/"sig":"([^"]*)"/, (_, sig) => `"sig":"${flip(sig)}"`); }, 60, 'signature'],
  ['a statement\u2019s time', (e, b) => { const s = of(b, 61); s.envelope = reheader(s.envelope, (h) => { h.made_at = '2026-01-01T00:00:00Z'; }); }, 61, 'header'],
  ['the same in the row too', (e, b) => { const s = of(b, 61); s.envelope = reheader(s.envelope, (h) => { h.made_at = '2026-01-01T00:00:00Z'; }); line(e, 61).made_at = '2026-01-01T00:00:00Z'; }, 61, 'signature'],
  ['a statement of another ledger', (e, b) => { const s = of(b, 62); s.envelope = reheader(s.envelope, (h) => { h.ledger = flipHex(h.ledger); }); }, 62, 'header'],
  ['a statement\u2019s author', (e, b) => { const s = of(b, 63); s.envelope = reheader(s.envelope, (h) => { h.author = another(h.author); }); }, 63, 'signature'],
  ['an envelope\u2019s spelling', (e, b) => { const s = of(b, 64); s.envelope = s.envelope.replace('":"', '": "'); }, 64, 'envelope'],
  ['an envelope\u2019s type', (e, b) => { const s = of(b, 65); s.envelope = s.envelope.replace('statement.v1', 'card.v1'); }, 65, 'envelope'],
  ['a leaf digest', (e) => { line(e, 66).leaf = flipHex(line(e, 66).leaf); }, 66, 'leaf'],
  ['facts', (e, b) => { of(b, told).facts.bytes = flip(of(b, told).facts.bytes, 10); }, told, 'facts'],
  ['the salt of facts', (e, b) => { of(b, told).facts.salt = flip(of(b, told).facts.salt); }, told, 'facts'],
  ['a personal part', (e, b) => { of(b, told).personal.bytes = flip(of(b, told).personal.bytes, 10); }, told, 'personal'],
  ['a personal part gone', (e, b) => { of(b, told).personal = null; }, told, 'shown'],
  ['how much is shown', (e) => { line(e, told).shown = 'facts'; }, told, 'shown'],
  ['an audit path\u2019s first hash', (e, b) => { of(b, 70).path[0] = of(b, 90).path[1]; }, 70, 'path'],
  ['an audit path\u2019s last hash', (e, b) => { const { path } = of(b, 71); path[path.length - 1] = of(b, 90).path[0]; }, 71, 'path'],
  ['an audit path too short', (e, b) => { of(b, 72).path.pop(); }, 72, 'path'],
  ['an audit path too long', (e, b) => { of(b, 73).path.push(0); }, 73, 'path'],
  ['a hash of many paths', (e, b) => { const at = of(b, last).path[0]; b.hashes[at] = flip(b.hashes[at]); }, last, 'path'],
  ['one left out', (e, b) => { b.statements.splice(40, 1); }, FIRST + 40, 'gap'],
  ['one left out of both', (e, b) => { b.statements.splice(40, 1); e.statements.splice(40, 1); }, FIRST + 41, 'gap'],
  ['the last left out of all', (e, b) => { b.statements.pop(); e.statements.pop(); e.range.end -= 1; e.range.disclosed -= 1; }, null, 'row'],
  ['one there twice', (e, b) => { b.statements.splice(40, 0, b.statements[40]); }, FIRST + 41, 'gap'],
  ['two in each other\u2019s place', (e, b) => { const [x, y] = [of(b, 80), of(b, 81)]; [x.envelope, y.envelope] = [y.envelope, x.envelope]; }, 80, 'leaf'],
  ['a kind', (e) => { line(e, 82).kind = 'secret.destroy'; }, 82, 'header'],
  ['an author', (e) => { line(e, 83).author = another(line(e, 83).author); }, 83, 'header'],
  ['a summary', (e) => { whole[3].text = 'nothing happened'; line(e, whole[3].seq).text = 'nothing happened'; }, whole[3].seq, 'row'],
  ['who agreed', (e) => { line(e, agreed).signed = []; }, agreed, 'sign-off'],
  ['who corrected', (e) => { line(e, 84).corrected = [90]; }, 84, 'sign-off'],
  ['a cosignature', (e, b) => { const at = b.checkpoint.length - 12; b.checkpoint = flip(b.checkpoint, at); }, null, 'cosignature'],
  ['a cosignature gone', (e, b) => { b.checkpoint = b.checkpoint.replace(/[^\n]*\n$/, ''); }, null, 'cosignature'],
  ['a cosigner', (e) => { e.checkpoint.cosigned[1].custodian = '02'.repeat(16); }, null, 'cosignature'],
  ['a cosignature\u2019s time', (e) => { e.checkpoint.cosigned[1].at = '2026-10-01T00:00:00Z'; }, null, 'cosignature'],
  ['the checkpoint\u2019s root', (e) => { e.checkpoint.root = flipHex(e.checkpoint.root); }, null, 'checkpoint'],
  ['the checkpoint\u2019s size', (e) => { e.checkpoint.size += 1; }, null, 'checkpoint'],
  ['the note\u2019s size', (e, b) => { const { size } = e.checkpoint; b.checkpoint = b.checkpoint.replace(`\n${size}\n`, `\n${size + 1}\n`); }, null, 'checkpoint'],
  ['the proof of continuing', (e, b) => { b.consistency = b.consistency.replace(/\n([A-Za-z0-9+/=]{44})\n/, (_, hash) => `\n${flip(hash)}\n`); }, null, 'consistency'],
  ['the proof of continuing gone', (e, b) => { b.consistency = null; }, null, 'consistency'],
  ['the bundle before', (e) => { e.previous.root = flipHex(e.previous.root); }, null, 'consistency'],
  ['a key', (e, b) => { b.trust.custodians[0].sign = b.trust.custodians[1].sign; }, null, 'trust'],
  ['a fingerprint', (e, b) => { b.trust.custodians[0].fingerprint = b.trust.custodians[1].fingerprint; }, null, 'trust'],
  ['until when a key counts', (e, b) => { b.trust.custodians[0].until = 50; e.people[0].until = 50; }, later, 'author'],
  ['the numbers', (e) => { e.range.headers += 1; e.range.disclosed -= 1; }, null, 'counts'],
];

async function judged(name, html, seq, rule) {
  writeFileSync(join(directory, 'tampered.html'), html);
  const { page, errors } = await opened('tampered.html');
  const said = await verdict(page);
  const named = seq === null ? said.details : said.details.filter((item) => item.startsWith(`Entry ${seq}:`));
  const good = said.state === 'bad' && named.some((item) => item.endsWith(` ${rule}`)) && errors.length === 0;
  expect(good, `changed: ${name}${seq === null ? '' : `, entry ${seq}`} (${rule})`, { state: said.state, details: said.details.slice(0, 8), errors });
  await page.close();
}

for (const [name, change, seq, rule] of tampered) {
  const [evidence, bundle] = [read('evidence'), read('bundle')];
  change(evidence, bundle);
  await judged(name, put(put(small, 'evidence', evidence), 'bundle', bundle), seq, rule);
}
const words = /<li id="s99"[^]*?<\/li>/.exec(small)[0];
await judged('what is printed', small.replace(words, words.replace(/<p class="text">[^<]*/, '<p class="text">nothing')), 99, 'row');
const parts = new RegExp(`<li id="s${told}"[^]*?</li>`).exec(small)[0];
const otherwise = parts.replace(/(<pre[^>]*>[^<]*?)(\d)/, (_, head, digit) => head + (digit === '1' ? '2' : '1'));
await judged('what was signed, as it is set out', small.replace(parts, otherwise), told, 'row');
await judged('more folded than was signed', small.replace(parts, parts.replace('</noscript>', '<p>and more</p></noscript>')), told, 'row');
await judged('something beside what is folded', small.replace(parts, parts.replace('</noscript>', '</noscript><pre>{}</pre>')), told, 'row');
await judged('a row there twice', small.replace(words, words + words), null, 'row');
await judged('a row taken away', small.replace(words, ''), 99, 'row');
await judged('data that is no JSON', small.replace(block('bundle'), '$1{$3'), null, 'page');

// ---- a quarter ---------------------------------------------------------------------------------

{
  const bytes = statSync(join(directory, 'large.html')).size;
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(pathToFileURL(join(directory, 'large.html')).href, { waitUntil: 'commit' });
  // Usable: the statements are there, the filter too, and the page answers.
  await page.locator('#filter-kind').waitFor({ state: 'attached', timeout: 60_000 });
  await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); }));
  const usable = performance.now() - began;
  await page.waitForFunction(() => document.documentElement.dataset.check, null, { timeout: 120_000 });
  const checked = performance.now() - began;
  const said = await verdict(page);
  expect(said.state === 'good', 'a quarter of 5,000 statements checks itself', said);
  const jump = performance.now();
  await page.evaluate(() => { location.hash = '#s20000'; });
  await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); }));
  console.log(`     ${(bytes / 1e6).toFixed(1)} MB; usable after ${Math.round(usable)} ms, checked after ${Math.round(checked)} ms, a jump takes ${Math.round(performance.now() - jump)} ms`);
  await page.close();
}

await context.close();
rmSync(profile, { recursive: true, force: true });
console.log(failures === 0 ? 'all as promised' : `${failures} not as promised`);
process.exit(failures === 0 ? 0 : 1);
