#!/usr/bin/env python3
"""A second verifier of Rootkeep's log, written from docs/formats.md alone, by somebody else.

    second_verifier.py --ledger-id HEX | --code "TWELVE WORDS" log.ndjson checkpoints.ndjson [--json]

It reads what `rootkeep log --raw` and `rootkeep log --checkpoints` wrote, folds the log by section 10,
and exits with 0 and says what it accepted; or exits with 1 and names the first problem and its entry.
It shares no code with Rootkeep. It has no ciphertext, so it cannot say that a share opens."""
import argparse, base64, calendar, datetime, hashlib, json, re, sys
from types import SimpleNamespace as Record
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

STATEMENT, CARD = "application/vnd.rootkeep.statement.v1+json", "application/vnd.rootkeep.card.v1+json"
GOVERNANCE, P = "0" * 32, 2**255 - 19
ROLES = ("keeper", "holder", "operator", "witness", "reviewer")
# SLIP-39's 1,024 words, sorted; the first four letters say which one it is.
WORDS = """\
acadacidacneacquacroactiactradapadeqadjuadmiadoraduladvaadvoafraagaiagenagreaideaircairlairpajaralaralbualcoaliealiv
alphalrealtoalumalwaamazambiamouamusanalanatanceanciangeangranimanswanteanxiaparaquaarcaarenarguarmeartiartwaspeauct
auguauntaveraviaavoiawarawayaxisaxlebeambearbeavbecobedrbehabeinbelibelobenebestbeyobikebiolbirtbishblacblanblesblim
blinbluebodyboltboribornbothbounbracbranbravbreabriebrokbrotbrowbuckbudgbuilbulbbulgbumpbundburdburnbusybuyecagecalc
camecampcanycapacapicaptcarbcardcarecargcarpcarvcatecausceilcentcerachamchancharchecchemcheschewchubcineciviclasclay
cleaclieclimclinclocclogclosclotclubcluscoalcoascodicolucompcorncostcouncourcovecowbcradcrafcrazcredcriccrimcriscrit
crowcruccruncruscryscubicultcuricurlcustcylidaisdamadancdarkdatadaugdeaddealdebrdebudecedecidecldecodecrdelidemadens
denydepadepedepidepldescdesedesideskdestdetadetedevidevodiagdictdietdiledimidinidipldisadiscdisedishdismdispdistdive
divodocudomadomedomidougdowndragdramdreadresdrifdrindrovdrugdryeduckdukeduradwardynaearlearteaseeasyechoecliecoledge
editeduceithelboeldeelecelegelemelepelevelitelseemaiemeremisempeemphemplemptendiendlendoenemenerenfoengaenjoenlaentr
enveenvyepidepisequaequieraserodescaestaestievalevenevidevilevokexacexamexceexchexclexcuexecexerexhaexotexpaexpeexpl
exprexteextreyebfacifactfailfainfakefalsfamifamofancfangfantfatafatifavofawnfibefictfiltfinafindfingfirefirmfiscfish
fitnflamflasflavfleaflexflipfloaflorfluffocuforbforcforeforgformfortforwfounfracfragfreqfresfriafridfriefrosfrotfroz
fumefundfurlfusegalagamegarbgardgarlgasogathgenegenigenrgenugeolgestgladglanglasglenglimgoatgoldgradgrangrasgravgray
greagriegrilgringrocgrosgrougrowgrumguarguesguilguitgumshairhamshandhangharvhavehavohawkhazaheadhealhearheathelphera
herdhesihoboholiholyhomehormhosphourhugehumahumihunthusbhushhuskhybrideaidenidleimagimpaimplimprimpuinclincoincrinde
indiinduinfainfoinheinjuinmainseinsiinstinteintiinvainvoirisislaisolitemivorjackjerkjewejoinjudijuicjumpjuncjunijunk
juryjustkernkeybkidnkindkitcknifknitladeladlladylairlamplanglarglaselaunlawsleadleaflearleavlectlegalegelegslendleng
levelibelibrliceliftlikelilalilylipsliqulistlitelivilizaloanlobelocalosiloudloyalucklunalunclungluxulyinlyrimachmaga
maidmailmainmakemakimamamanamandmansmanumaramarcmarkmarvmasomatemathmaximayomeanmedamedimembmemomentmercmerimethmetr
midsmildmilimineminimiramixemixtmobimodemodimoismomemornmortmothmounmousmovemuchmulemultmuscmusemusimustnailnatineck
neganervnetwnewsnuclnumbnumenylooasiobesobjeobseobtaoceaofteolymomitoraloranorbiordeordiorgaouncovenoverownepacepaci
packpaidpainpajapancpantpapapapeparcparkpartpatepatrpaympayrpeacpeanpeaspecapenapencpercperfpermpetiphanpharphotphra
physpickpictpiecpilepinkpipepistpitcplaiplanplasplatplaypleaplotplunpracpraypreapredpregprempreppresprevprieprimprio
prisprivprizprobprocprofprogpromprosprovprunpublpulspumppunipunypupapurcpurppythquanquarquicquieraceraciradarailrain
raisrandrankrapiraspreacrealreboreburecarecerecoregrregurejerelaremeremiremorendreparepereplrequrescreseresirespresu
retaretrreunreverevirewarhymrhytrichrivariverobirockromaromprostrounroyaruinrulerumosacksafasalasalosaltsatisatosave
saysscanscarscatscenschosciescouscrascrescriscroseafseassecrsecusegmsenishadshafshamshapsharshelshershorshoushriside
silesilvsimisimpsingsistskinskunslapslavsledslicslimslowslussmarsmeasmelsmirsmitsmoksmugsnaksnapsnifsocisoftsoldsolu
soulsourspacsparspeaspecspelspenspewspidspilspinspirspitsprasprisquasquestadstafstanstarstatstaysteastepsticstilstor
strastristylsubjsubmsugasuitsunlsupesurfsurpsurvsweaswimswinswitsymbsympsyndsysttacktacttadptaletasktasttaugtaxiteac
teamteastemptenatendtenstermtesttextthanthattheatheotherthorthrethumthunticktidytimbtimetingtofutogetoletotatoxitrac
traftraitrantrastravtreatrentriatrictriptriutroutruetrustwictwintypetypiuglyultiumbruncoundeunfaunfounhauniounivunki
unknunusunwrupgrupstuserusheusuavalivaluvampvanivarivegavelvventverdveriveryvetevexevictvideviewvintviolviravisivisu
vitavocavoicvoluvotevotiwalnwarmwarnwatcwavywealweapwebcwelcwelfwestwidtwildwindwinewirewisdwithwitswolfwomaworkwort
wrapwriswritwrotyearyelpyielyogazero"""


class Refused(Exception):
    pass


def need(true, reason):
    if not true:
        raise Refused(reason)


# --- bytes ---------------------------------------------------------------------------------------

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as error:
        raise Refused("not base64") from error
    need(base64.b64encode(data).decode() == text, "base64 with another spelling")
    return data


def valid_key(text):
    """32 bytes that are a point of edwards25519, in the one spelling, and not of small order."""
    if not matching("[0-9a-f]{64}")(text):
        return False
    number = int.from_bytes(bytes.fromhex(text), "little")
    y, d = number & (2**255 - 1), -121665 * pow(121666, -1, P) % P
    if y >= P or y in (0, 1, P - 1):
        return False
    if y in (0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD83D3D706A17C7,
             0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826):
        return False
    square = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
    return pow(square, (P - 1) // 2, P) == 1


def verify(key, signature, message, what):
    need(len(signature) == 64, f"{what}: a signature has 64 bytes")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, message)
    except InvalidSignature:
        raise Refused(f"{what}: wrong signature") from None


def bech32(text):
    """Whether this is a native age recipient: bech32 of 32 bytes under `age`."""
    if not matching("age1[02-9ac-hj-np-z]{58}")(text):
        return False
    values, state = ["qpzry9x8gf2tvdw0s3jn54khce6mua7l".index(c) for c in text[4:]], 1
    for value in [3, 3, 3, 0, 1, 7, 5] + values:
        top, state = state >> 25, (state & 0x1FFFFFF) << 5 ^ value
        for i, word in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= word if top >> i & 1 else 0
    return state == 1 and values[51] & 15 == 0


# --- JSON: one spelling, and the shapes of section 6 ----------------------------------------------

def matching(pattern):
    return lambda value: type(value) is str and re.fullmatch(pattern, value) is not None


def text(limit=4096):
    return lambda value: (type(value) is str and len(value.encode()) <= limit
                          and not any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 for c in value))


def seconds(value):
    """A time as seconds since 1970."""
    return calendar.timegm(datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").timetuple())


def dated(pattern, form):
    def check(value):
        try:
            return matching(pattern)(value) and bool(datetime.datetime.strptime(value, form))
        except ValueError:
            return False
    return check


def number(low=0, high=2**53 - 1):
    return lambda value: type(value) is int and low <= value <= high


def is_base64(value):
    return type(value) is str and unbase64(value) is not None


def fits(value, shape):
    if type(shape) is dict:
        return type(value) is dict and list(value) == list(shape) and all(fits(value[k], shape[k]) for k in shape)
    if type(shape) is list:
        return type(value) is list and all(fits(one, shape[0]) for one in value)
    if type(shape) is tuple:
        return any(fits(value, one) for one in shape)
    return shape(value) if callable(shape) else type(value) is type(shape) and value == shape


def read_json(data, shape, what):
    try:
        value = json.loads(data.decode())
        again = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError) as error:
        raise Refused(f"{what}: not JSON in UTF-8") from error
    need(data == again, f"{what}: JSON with another spelling")
    need(shape is None or fits(value, shape), f"{what}: not the keys and values of the format")
    return value


digest, ident, name = matching("[0-9a-f]{64}"), matching("[0-9a-f]{32}"), matching("[a-z0-9][a-z0-9-]{0,62}")
time = dated(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "%Y-%m-%dT%H:%M:%SZ")
date = dated(r"\d{4}-\d\d-\d\d", "%Y-%m-%d")
account, small, size = matching("[0-9]{12}"), number(0, 15), number()
secret_subject = matching(r"[0-9]{12}|org|(mailbox|phone|location):[a-z0-9][a-z0-9-]{0,62}")
secret_kind = ("password", "mfa-seed", "recovery-codes", "security-answers", "combination", "note")
policy = {"revision": 1, "pending_days": number(1, 365), "request_hours": number(1, 720),
          "window_max_secs": number(60, 604800)}
share = {"group": small, "member": small, "holder": ident, "key": valid_key, "blob": digest}
possessed = {"secret": ident, "epoch": size, "group": small, "member": small}
person = {"name": text(256), "contact": (text(256), None), "timezone": (matching("[A-Za-z0-9_+/-]{1,64}"), None)}
subject, reason = {"subject": digest}, {"reason": text()}
envelope = {"payloadType": matching(".*"), "payload": is_base64, "signatures": [{"keyid": digest, "sig": is_base64}]}
header = {"v": 1, "ledger": digest, "id": ident, "author": ident, "kind": text(), "made_at": time,
          "seen": {"size": size, "root": digest}, "facts": digest, "personal": (digest, None)}
card = {"v": 1, "id": ident, "recipient": (bech32, matching("age1[0-9a-z]+|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+")),
        "sign": valid_key, "age": bech32, "sealed": is_base64, "personal": digest}
SHAPES = {  # kind: facts, personal
    "genesis": ({"nonce": digest, "log_key": valid_key, "threshold": size, "founders": [{"card": is_base64}], "policy": policy},
                {"name": text(), "people": [{"custodian": ident, "salt": is_base64, "bytes": is_base64}]}),
    "governance.seal": ({"epoch": 1, "recovery": bech32, "payload": digest, "shares": [share]}, None),
    "sign": ({"subject": digest, "proofs": [possessed | {"proof": is_base64}], "shares": [possessed | {"blob": digest}]}, None),
    "reject": (subject, reason),
    "withdraw": (subject, None),
    "custodian.add": ({"card": is_base64, "roles": [ROLES + ("reader",)]},
                      {"salt": is_base64, "bytes": is_base64, "identified_by": (text(), None)}),
    "custodian.accept": (subject, None),
    "custodian.retire": ({"custodian": ident, "cause": ("left", "lost", "compromised"), "distrust_from": (size, None)},
                         {"note": (text(), None)}),
    "custodian.away": ({"custodian": ident, "from": date, "to": date}, None),
    "quorum.define": ({"quorum": ident, "name": name, "groups_needed": size,
                       "groups": [{"label": name, "threshold": size, "members": [ident]}]}, None),
    "policy.set": ({"policy": policy}, None),
    "account.import": ({"organization": (text(), None), "accounts": [
        {"id": account, "state": ("pending-activation", "active", "suspended", "pending-closure", "closed"),
         "partition": ("aws", "aws-us-gov", "aws-cn"), "management": (True, False), "joined_method": (text(), None),
         "joined_at": (time, None)}], "gone": [account]},
        {"file_digest": digest, "file_bytes": size, "accounts": [{"id": account, "name": text(), "email": text()}]}),
    "seal": ({"secret": ident, "subject": secret_subject, "kind": secret_kind, "label": (name, None), "serves": [account],
              "epoch": size, "quorum": ident, "quorum_index": size, "groups_needed": size, "thresholds": [size],
              "payload": digest, "shares": [share]}, None),
    "secret.confirm": ({"secret": ident, "epoch": size}, {"note": (text(), None)}),
    "secret.destroy": ({"secret": ident, "epoch": (size, None)}, reason),
    "request": ({"secrets": [{"secret": ident, "epoch": size, "seal": digest}], "operator": ident, "recipient": bech32,
                 "identity": digest, "window_secs": size},
                {"purpose": text(), "task": (text(), None), "ticket": (text(), None)}),
    "reveal": ({"request": digest, "secret": ident, "epoch": size, "form": ("text", "file", "totp", "qr"),
                "bad": [{"group": small, "member": small}]}, None),
    "close": ({"request": digest, "outcome": ("used", "unused", "aborted"), "rotated": (True, False)}, {"note": text()}),
    "correct": (subject, reason | {"text": text()}),
    "attach": (subject, {"name": text(), "digest": digest, "bytes": size, "media": text()}),
}
GOVERNED = ("genesis", "custodian.add", "custodian.retire", "quorum.define", "policy.set", "secret.destroy")


def opened(data, payload_type, limit, what):
    """The payload of an envelope in its one spelling, and what its signature is over."""
    need(len(data) <= limit, f"{what}: envelope too large")
    outer = read_json(data, envelope, f"{what} envelope")
    need(outer["payloadType"] == payload_type and len(outer["signatures"]) == 1, f"{what} envelope: type or signatures")
    payload = unbase64(outer["payload"])
    pae = b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(payload), payload)
    return payload, pae, outer["signatures"][0]


def signed(keyed, pae, key, what):
    verify(key, unbase64(keyed["sig"]), pae, what)
    need(keyed["keyid"] == key, f"{what}: keyid is not the signer's key")


def part(kind, part_name, stored, commitment):
    salt, data = unbase64(stored["salt"]), unbase64(stored["bytes"])
    need(len(salt) == 32 and len(data) <= 8 << 20, f"{part_name}: size of salt or bytes")
    need(sha(f"rootkeep/{part_name}/v1\n".encode(), salt, data).hex() == commitment, f"{part_name}: not what was committed to")
    return read_json(data, SHAPES[kind][part_name == "personal"] if kind else person, part_name)


def read_card(text_, personal):
    payload, pae, keyed = opened(unbase64(text_), CARD, 32768, "card")
    one = read_json(payload, card, "card")
    signed(keyed, pae, one["sign"], "card")
    if personal:
        part(None, "card", personal, one["personal"])
    return one


# --- the fold -------------------------------------------------------------------------------------

class Log:
    def __init__(self, ledger):
        self.ledger, self.roots, self.peaks = ledger, [sha()], []
        self.people, self.quorums, self.secrets, self.names = {}, {}, {}, {}
        self.subjects, self.ids, self.keys = {}, set(), set()
        self.active, self.policy, self.threshold, self.accepting = False, None, 0, None

    # The tree: `peaks` are the roots of the full subtrees, from left to right, each with its size.
    def grow(self, data):
        leaf = sha(b"\0", data)
        self.peaks.append((1, leaf))
        while len(self.peaks) > 1 and self.peaks[-1][0] == self.peaks[-2][0]:
            (n, right), (_, left) = self.peaks.pop(), self.peaks.pop()
            self.peaks.append((2 * n, sha(b"\1", left, right)))
        root = self.peaks[-1][1]
        for _, left in reversed(self.peaks[:-1]):
            root = sha(b"\1", left, root)
        self.roots.append(root)

    def in_force(self, who):
        one = self.people.get(who)
        return one is not None and one.approved and one.accepted and not one.retired

    def has(self, who, *roles):
        return self.in_force(who) and any(role in self.people[who].roles for role in roles)

    def leaf(self, line):
        index, data = len(self.roots) - 1, unbase64(line["envelope"])
        need(line["seq"] == index, "seq: not the next entry")
        payload, pae, keyed = opened(data, STATEMENT, 65535, "statement")
        head = read_json(payload, header, "header")
        need(head["kind"] in SHAPES, "kind: unknown")
        need(line["facts"] is not None, "facts: missing")
        facts = part(head["kind"], "facts", line["facts"], head["facts"])
        need((head["personal"] is None) == (SHAPES[head["kind"]][1] is None), "personal: there or not, against its kind")
        need(line["personal"] is None or head["personal"] is not None, "personal: not committed to")
        personal = line["personal"] and part(head["kind"], "personal", line["personal"], head["personal"])
        if index == 0:
            need(head["kind"] == "genesis", "entry 0 is not the genesis")
            charter = sha(b"rootkeep/ledger/v1\n", unbase64(line["facts"]["bytes"])).hex()
            need(charter[:len(self.ledger)] == self.ledger, "genesis: another ledger's, by its charter")
            self.ledger = charter
            self.found(facts, personal, head["author"])
        need(head["ledger"] == self.ledger, "ledger: another ledger's entry")
        author = self.people.get(head["author"])
        need(author is not None, "author: never enrolled")
        signed(keyed, pae, author.sign, "statement")
        need(head["id"] not in self.ids, "id: used before")
        seen = head["seen"]
        need(seen["size"] <= index and self.roots[seen["size"]].hex() == seen["root"], "seen: not a state of this log")
        need("reader" not in author.roles, "author: a reader writes nothing")
        need(self.in_force(head["author"]) or head["kind"] == "custodian.accept", "author: not in force")
        need(self.active or index == 0 or head["kind"] in ("governance.seal", "sign"), "before the genesis is in effect")
        new = Record(index=index, hash=sha(b"\0", data).hex(), kind=head["kind"], author=head["author"], facts=facts,
                     personal=personal, made=seconds(head["made_at"]), seen=seen["size"], yes=[], no=[],
                     effect=None, over=None, shown=False)
        if index:
            getattr(self, head["kind"].replace(".", "_"))(new, facts)
        self.ids.add(head["id"])
        self.grow(data)
        self.subjects[new.hash] = new
        return new

    # Rules of section 10, one method a kind.
    def found(self, facts, personal, author):
        people = personal["people"] if personal else [None] * len(facts["founders"])
        need(2 <= len(facts["founders"]) <= 16 and len(people) == len(facts["founders"]), "genesis: 2 to 16 founders")
        need(2 <= facts["threshold"] <= len(people), "genesis: threshold")
        for founder, known in zip(facts["founders"], people):
            one = self.enrol(founder["card"], known, ROLES)
            need(known is None or known["custodian"] == one.id, "genesis: people are not the founders")
            one.approved = one.accepted = True
        self.founders, self.threshold, self.policy = list(self.people), facts["threshold"], facts["policy"]
        self.log_key = facts["log_key"]
        need(author == self.founders[0], "genesis: not by the first founder")

    def enrol(self, card_text, personal, roles):
        one = read_card(card_text, personal)
        need(one["id"] not in self.people, "card: id used before")
        need(one["sign"] not in self.keys, "card: key used before")
        self.keys.add(one["sign"])
        self.people[one["id"]] = Record(id=one["id"], sign=one["sign"], roles=roles, approved=False, accepted=False, retired=False)
        return self.people[one["id"]]

    def governance_seal(self, new, facts):
        need(new.index == 1 and new.author == self.founders[0], "governance.seal: only entry 1, by the first founder")
        self.secrets[GOVERNANCE] = Record(epochs={1: self.split(facts["shares"], [self.founders], [self.threshold], 1, new)})

    def split(self, shares, groups, thresholds, groups_needed, new):
        places = [(g, m, who) for g, members in enumerate(groups) for m, who in enumerate(members)]
        need([(s["group"], s["member"], s["holder"]) for s in shares] == places, "shares: not those of the quorum")
        need(all(self.in_force(s["holder"]) for s in shares), "shares: a holder is not in force")
        return Record(seal=new.hash, shares=shares, thresholds=thresholds, needed=groups_needed, destroyed=False)

    def epoch(self, secret, number_):
        one = self.secrets.get(secret) if secret != GOVERNANCE else None
        need(one is not None, "secret: unknown")
        need(number_ in one.epochs, "epoch: unknown")
        need(not one.epochs[number_].destroyed, "epoch: destroyed")
        return one.epochs[number_]

    def stakes(self, one):
        return one.facts["secrets"] if one.kind == "request" else [{"secret": GOVERNANCE, "epoch": 1}]

    def held(self, one, who):
        """The shares with which this person has a say in a subject."""
        return [(at["secret"], at["epoch"], s) for at in self.stakes(one)
                for s in self.secrets[at["secret"]].epochs[at["epoch"]].shares if s["holder"] == who]

    def met(self, one, people):
        for at in self.stakes(one):
            epoch = self.secrets[at["secret"]].epochs[at["epoch"]]
            full = sum(threshold <= sum(s["group"] == g and s["holder"] in people for s in epoch.shares)
                       for g, threshold in enumerate(epoch.thresholds))
            if full < epoch.needed:
                return False
        return True

    def over(self, one, made):
        """Why a subject takes no yes and no no any more."""
        if one.over or one.effect is not None:
            late = one.kind == "request" and one.effect and made > one.effect.made + one.facts["window_secs"]
            return one.over or (late and "its window is over")
        limit = self.policy["request_hours"] * 3600 if one.kind == "request" else self.policy["pending_days"] * 86400
        if made > one.made + limit:
            return "expired"
        everybody = {s["holder"] for at in self.stakes(one) for s in self.secrets[at["secret"]].epochs[at["epoch"]].shares}
        return None if self.met(one, {p for p in everybody if self.in_force(p)} - set(one.no)) else "rejected"

    def named(self, new, facts):
        one = self.subjects.get(facts["subject"])
        need(one is not None and one.kind in GOVERNED + ("request",), "subject: nothing that takes a yes or no")
        need(new.seen > one.index, "seen: before the subject")
        reason_ = self.over(one, new.made)
        need(not reason_, f"subject: {reason_}")
        return one

    def says(self, new, facts):
        one = self.named(new, facts)
        need(new.author not in one.yes + one.no, "subject: this person has said yes or no before")
        held = self.held(one, new.author)
        need(held, "author: holds no share that counts here")
        need(self.active or one.kind == "genesis", "before the genesis is in effect")
        return one, held

    def sign(self, new, facts):
        need(GOVERNANCE in self.secrets, "sign: before governance.seal")
        one, held = self.says(new, facts)
        places = [{"secret": s, "epoch": e, "group": at["group"], "member": at["member"]} for s, e, at in held]
        need([{k: p[k] for k in possessed} for p in facts["proofs"]] == places, "proofs: not one for each own share")
        sent = [{k: p[k] for k in possessed} for p in facts["shares"]]
        need(sent == (places if one.kind == "request" else []), "shares: not one for each own share")
        for proof, (secret, epoch, at) in zip(facts["proofs"], held):
            context = b"".join((bytes.fromhex(self.ledger), bytes.fromhex(secret), epoch.to_bytes(4, "big"),
                                bytes([at["group"], at["member"]])))
            verify(at["key"], unbase64(proof["proof"]), b"".join((b"rootkeep/possession/v1\n", context,
                   bytes.fromhex(new.author), bytes.fromhex(one.hash))), "proof of possession")
        one.yes.append(new.author)
        if one.effect is None:
            if one.kind == "genesis":
                met = set(one.yes) == set(self.founders)
            else:
                met = self.met(one, {p for p in one.yes if self.in_force(p)})
            if met:
                one.effect = new
                getattr(self, "effect_" + one.kind.replace(".", "_"), lambda *_: None)(one, new)

    def reject(self, new, facts):
        need(self.active, "before the genesis is in effect")
        one, _ = self.says(new, facts)
        need(one.effect is None, "subject: in effect")
        one.no.append(new.author)

    def withdraw(self, new, facts):
        one = self.named(new, facts)
        need(one.author == new.author, "withdraw: not the subject's author")
        need(one.effect is None or one.kind == "request" and not one.shown, "subject: in effect")
        one.over = "withdrawn"

    def lapse(self, unless, test):
        for one in self.subjects.values():
            if one is not unless and one.kind in GOVERNED + ("request",) and one.effect is None and not one.over and test(one):
                one.over = "lapsed"

    def effect_genesis(self, one, new):
        self.active = True

    def custodian_add(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        roles = facts["roles"]
        need(roles and len(set(roles)) == len(roles) and (roles == ["reader"] or "reader" not in roles), "roles")
        new.person = self.enrol(facts["card"], new.personal, roles)

    def effect_custodian_add(self, one, new):
        one.person.approved = True
        one.person.accepted |= one.person.roles == ["reader"]

    def custodian_accept(self, new, facts):
        one = self.subjects.get(facts["subject"])
        need(one is not None and one.kind == "custodian.add" and one.person.id == new.author, "subject: not the own enrolment")
        need(not one.person.accepted, "accept: once")
        need(one.effect is not None or not self.over(one, new.made), "subject: not to be accepted any more")
        one.person.accepted, self.accepting = True, (new.index, new.author)

    def custodian_retire(self, new, facts):
        need(self.has(new.author, "keeper") or new.author == facts["custodian"], "author: no keeper, nor the person")
        need(self.in_force(facts["custodian"]), "custodian: not in force")
        need(facts["distrust_from"] is None or facts["distrust_from"] <= new.index, "distrust_from: not an index")
        self.enough_without(facts["custodian"])

    def enough_without(self, who):
        left = sum(self.in_force(p) and p != who for p in self.founders)
        need(left >= self.threshold, "retire: too few would be left for governance")

    def effect_custodian_retire(self, one, new):
        who = one.facts["custodian"]
        self.enough_without(who)
        self.people[who].retired = True
        self.lapse(one, lambda s: who == s.facts.get("custodian") or who == s.facts.get("operator")
                   or s.kind == "quorum.define" and any(who in g["members"] for g in s.facts["groups"]))

    def custodian_away(self, new, facts):
        need(self.has(new.author, "keeper") or new.author == facts["custodian"], "author: no keeper, nor the person")
        need(self.in_force(facts["custodian"]), "custodian: not in force")
        need(facts["from"] <= facts["to"], "away: ends before it begins")

    def quorum_define(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        groups = facts["groups"]
        need(1 <= len(groups) <= 16 and 1 <= facts["groups_needed"] <= len(groups), "groups_needed")
        need(len({g["label"] for g in groups}) == len(groups), "groups: label used twice")
        for g in groups:
            members = g["members"]
            need(len(set(members)) == len(members) <= 16, "members: not distinct, or more than 16")
            need(1 <= g["threshold"] <= len(members), "threshold")
            need(g["threshold"] > 1 or len(members) == 1, "threshold: 1 only as 1 of 1")
            need(all(self.has(m, "holder") for m in members), "members: not in force, or no holder")
        alone = lambda who: sum(g["members"] == [who] for g in groups)
        need(all(alone(m) < facts["groups_needed"] for g in groups for m in g["members"]), "groups: one person is enough")
        need(facts["name"] != "governance" and facts["quorum"] != GOVERNANCE, "name: governance")
        for key, quorum in self.quorums.items():
            need((key == facts["quorum"]) == (quorum.name == facts["name"]), "quorum: name and id don't belong together")

    def effect_quorum_define(self, one, new):
        key = one.facts["quorum"]
        self.quorums[key] = Record(name=one.facts["name"], index=new.index, facts=one.facts)
        self.lapse(one, lambda s: s.kind == "request" and any(self.secrets[at["secret"]].quorum == key for at in s.facts["secrets"]))

    def policy_set(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")

    def effect_policy_set(self, one, new):
        self.policy = one.facts["policy"]
        self.lapse(one, lambda s: True)

    def account_import(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        ids = [a["id"] for a in facts["accounts"]] + facts["gone"]
        need(len(set(ids)) == len(ids), "accounts: not distinct")
        named = new.personal and [a["id"] for a in new.personal["accounts"]]
        need(named is None or named == ids[:len(named)] and len(named) == len(facts["accounts"]), "accounts: names of others")

    def may_seal(self, who, quorum):
        members = {m for g in self.quorums[quorum].facts["groups"] for m in g["members"]}
        need(self.has(who, "keeper", "operator") or self.in_force(who) and who in members, "author: no keeper, operator or member")

    def seal(self, new, facts):
        quorum = self.quorums.get(facts["quorum"])
        need(quorum is not None and quorum.index == facts["quorum_index"], "quorum: not as it stands")
        self.may_seal(new.author, facts["quorum"])
        label = "" if facts["label"] is None else ":" + facts["label"]
        name_, secret = f"{facts['subject']}/{facts['kind']}{label}", facts["secret"]
        need(secret != GOVERNANCE, "secret: governance's id")
        old = self.secrets.get(secret)
        need(self.names.get(name_, secret) == secret and (old is None or old.name == name_), "secret: name and id don't belong together")
        need(old is None or old.quorum == facts["quorum"], "quorum: another than the secret's")
        need(facts["epoch"] == (max(old.epochs) + 1 if old else 1), "epoch: not the next")
        groups = quorum.facts["groups"]
        need(facts["groups_needed"] == quorum.facts["groups_needed"], "groups_needed: not the quorum's")
        need(facts["thresholds"] == [g["threshold"] for g in groups], "thresholds: not the quorum's")
        epoch = self.split(facts["shares"], [g["members"] for g in groups], facts["thresholds"], facts["groups_needed"], new)
        self.names[name_] = secret
        self.secrets.setdefault(secret, Record(name=name_, quorum=facts["quorum"], epochs={})).epochs[facts["epoch"]] = epoch

    def secret_confirm(self, new, facts):
        self.epoch(facts["secret"], facts["epoch"])
        self.may_seal(new.author, self.secrets[facts["secret"]].quorum)

    def secret_destroy(self, new, facts):
        need(facts["secret"] in self.secrets and facts["secret"] != GOVERNANCE, "secret: unknown")
        one = self.secrets[facts["secret"]]
        self.may_seal(new.author, one.quorum)
        if facts["epoch"] is None:
            need(any(not e.destroyed for e in one.epochs.values()), "secret: destroyed")
        else:
            self.epoch(facts["secret"], facts["epoch"])

    def effect_secret_destroy(self, one, new):
        secret, which = one.facts["secret"], one.facts["epoch"]
        for number_, epoch in self.secrets[secret].epochs.items():
            epoch.destroyed |= which in (None, number_)
        gone = lambda at: at["secret"] == secret and (which is None or at["epoch"] == which)
        self.lapse(one, lambda s: s.kind == "request" and any(map(gone, s.facts["secrets"])) or s.kind == "secret.destroy" and gone(s.facts))

    def request(self, new, facts):
        need(self.has(new.author, "operator"), "author: no operator")
        need(self.has(facts["operator"], "operator"), "operator: no operator in force")
        names = [at["secret"] for at in facts["secrets"]]
        need(1 <= len(names) <= 16 and len(set(names)) == len(names), "secrets: 1 to 16, distinct")
        for at in facts["secrets"]:
            need(self.epoch(at["secret"], at["epoch"]).seal == at["seal"], "seal: not that epoch's")
        need(60 <= facts["window_secs"] <= self.policy["window_max_secs"], "window_secs: not within the policy")

    def asked(self, facts):
        one = self.subjects.get(facts["request"])
        need(one is not None and one.kind == "request", "request: unknown")
        need(one.effect is not None, "request: not in effect")
        need(not one.over, f"request: {one.over}")
        return one

    def reveal(self, new, facts):
        one = self.asked(facts)
        need(new.author == one.facts["operator"], "author: not the request's operator")
        need(new.made <= one.effect.made + one.facts["window_secs"], "request: its window is over")
        need((facts["secret"], facts["epoch"]) in [(at["secret"], at["epoch"]) for at in one.facts["secrets"]], "secret: not requested")
        places = [(s["group"], s["member"]) for s in self.secrets[facts["secret"]].epochs[facts["epoch"]].shares]
        bad = [(b["group"], b["member"]) for b in facts["bad"]]
        need(len(set(bad)) == len(bad) and set(bad) <= set(places), "bad: not shares of the epoch")
        one.shown = True

    def close(self, new, facts):
        one = self.asked(facts)
        need(new.author in (one.facts["operator"], one.author), "author: not the request's operator or author")
        one.over = "closed"

    def correct(self, new, facts):
        need(facts["subject"] in self.subjects, "subject: not in the log")
        need(self.subjects[facts["subject"]].author == new.author or self.has(new.author, "keeper"), "author: not the subject's, no keeper")

    def attach(self, new, facts):
        need(facts["subject"] in self.subjects, "subject: not in the log")

    # Section 11.
    def checkpoint(self, line, index):
        """The checkpoint of size `index + 1`, just after that leaf."""
        need(line["size"] == index + 1, "checkpoint: another size")
        origin = f"rootkeep/{self.ledger}"
        body, gap, lines = line["note"].partition("\n\n")
        body += "\n"
        need(gap and body == f"{origin}\n{index + 1}\n{base64.b64encode(self.roots[-1]).decode()}\n", "checkpoint: another root or origin")
        need(lines.endswith("\n"), "checkpoint: no line break at its end")
        names, good = [], 0
        for one in lines[:-1].split("\n"):
            found = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", one)
            need(found, "checkpoint: not a signature line")
            who, data = found[1], unbase64(found[2])
            person_ = self.people.get(who.removeprefix(origin + "/"))
            need(who not in names and (who == origin or person_), "checkpoint: signed twice, or by a stranger")
            key, kind = (self.log_key, 1) if who == origin else (person_.sign, 4)
            need(data[:4] == sha(who.encode(), b"\n", bytes([kind]), bytes.fromhex(key))[:4], "checkpoint: key id")
            message = body.encode()
            if kind == 4:
                need(len(data) == 76, "cosignature: length")
                message = b"cosignature/v1\ntime %d\n" % int.from_bytes(data[4:12], "big") + message
                good += self.in_force(person_.id) or self.accepting == (index, person_.id)
            verify(key, data[12:] if kind == 4 else data[4:], message, "checkpoint")
            names.append(who)
        need(origin in names, "checkpoint: without the log's own line")
        need(good, "checkpoint: no cosignature of a custodian in force")


def words_to_hex(code):
    """The first 120 bits of the ledger id, as the genesis code says them."""
    letters = WORDS.replace("\n", "")
    known = [letters[i:i + 4] for i in range(0, 4096, 4)]
    need(len(code) == 12 and all(w[:4] in known for w in code), "code: not twelve words of the list")
    bits = "".join(f"{known.index(w[:4]):010b}" for w in code)
    return f"{int(bits, 2):030x}"


def load(path, keys):
    with open(path, "rb") as file:
        for count, line in enumerate(file, 1):
            try:
                one = json.loads(line)
            except ValueError:
                one = None
            need(type(one) is dict and set(one) == keys, f"{path}, line {count}: not the keys of the export")
            yield one


def accept(ledger, log_path, checkpoints_path):
    """Everything that the two files say, or Refused with `entry`."""
    log, entry = Log(ledger), None
    try:
        lines = list(load(log_path, {"seq", "envelope", "facts", "personal"}))
        notes = list(load(checkpoints_path, {"size", "note"}))
        need(lines, "the log is empty")
        for entry, line in enumerate(lines):
            try:
                log.leaf(line)
            except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
                raise Refused(f"not the export's form ({error!r})") from error
            need(entry < len(notes), "checkpoint: missing")
            log.checkpoint(notes[entry], entry)
        need(len(notes) == len(lines), "checkpoint: of more entries than there are")
    except Refused as error:
        error.entry = entry
        raise
    return log


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    which = options.add_mutually_exclusive_group(required=True)
    which.add_argument("--ledger-id", metavar="HEX")
    which.add_argument("--code", metavar="WORDS")
    options.add_argument("log")
    options.add_argument("checkpoints")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    try:
        need(given.code or digest(given.ledger_id), "ledger id: not 64 hex digits")
        log = accept(given.ledger_id or words_to_hex(given.code.split()), given.log, given.checkpoints)
    except Refused as error:
        entry = getattr(error, "entry", None)
        print(json.dumps({"ok": False, "entry": entry, "problem": str(error)}) if given.json else
              f"refused: {error}" if entry is None else f"refused: entry #{entry}: {error}")
        return 1
    said = {"ok": True, "ledger": log.ledger, "entries": len(log.subjects), "root": log.roots[-1].hex(),
            "in_force": sum(map(log.in_force, log.people)), "quorums": len(log.quorums), "secrets": len(log.secrets) - 1}
    print(json.dumps(said) if given.json else "accepted: " + ", ".join(f"{k} {v}" for k, v in said.items() if k != "ok"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
