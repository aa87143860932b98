#!/usr/bin/env python3
"""A second verifier of Rootkeep's log, written from docs/formats.md alone, by somebody else.

    second_verifier.py --ledger-id HEX | --code "TWELVE WORDS" log.ndjson checkpoints.ndjson [--json]

It reads what `rootkeep log --raw` and `rootkeep log --checkpoints` wrote, folds the log by section 10,
and exits with 0 and says what it accepted; or exits with 1 and names the first problem and its entry.
It shares no code with Rootkeep. It has no ciphertext, so it cannot say that a share opens."""
import argparse, base64, calendar, datetime, hashlib, json, operator, re, sys
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


def text(limit=4096, line_breaks=True):
    return lambda value: (type(value) is str and 1 <= len(value.encode()) <= limit and (line_breaks or "\n" not in value)
                          and not any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 for c in value))


def seconds(value):
    """A time as seconds since 1970."""
    return calendar.timegm(datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").timetuple())


def dated(pattern, form):
    def check(value):
        try:
            return matching(pattern)(value) and datetime.datetime.strptime(value, form).year >= 1970
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


def most(count, shape):
    return lambda value: type(value) is list and len(value) <= count and fits(value, [shape])


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
UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
                    "\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")
person = {"name": lambda value: text(256, False)(value) and value == value.strip() and "," not in value and not UNSEEN.search(value), "contact": (text(256, False), None), "timezone": (matching("[A-Za-z0-9_+/-]{1,64}"), None)}
governance = {"epoch": size, "recovery": bech32, "payload": digest, "shares": [share]}
subject, reason = {"subject": digest}, {"reason": text()}
envelope = {"payloadType": matching(".*"), "payload": is_base64, "signatures": [{"keyid": digest, "sig": is_base64}]}
header = {"v": 1, "ledger": digest, "id": ident, "author": ident, "kind": text(), "made_at": time,
          "seen": {"size": size, "root": digest}, "facts": digest, "personal": (digest, None)}
card = {"v": 1, "id": ident, "recipient": (bech32, matching("age1[0-9a-z]+|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+")),
        "sign": valid_key, "age": bech32, "sealed": is_base64, "personal": digest}
opening = {"location": name, "opened_at": time, "witness": ident, "request": (digest, None)}
happened = {"closed_at": time, "items": most(256, {"item": name, "went": ("out", "in", "stayed"), "seal": ("intact", "broken", None), "bag": (text(), None)}),
            "counter": (size, None), "present": most(64, {"custodian": ident, "entered": time, "left": time})}
told = {"others": most(64, text()), "exceptions": most(64, {"at": time, "expected": text(), "happened": text(), "decided_by": text()}),
        "note": (text(), None)}
remark = {"note": text()}
word = number(0, 2**32 - 1)
SOURCES = ("credential-report", "account-summary", "mfa-devices", "virtual-mfa-devices", "contact-information", "alternate-contact",
           "organizations-features", "delegated-administrators")
DEVICES, CONTACTS = ("hardware", "virtual", "passkey", "unknown"), ("primary", "billing", "operations", "security")
drill_kind = ("possession", "sign-in", "qr-restore", "phone", "mailbox", "ledger-restore")
scope = matching(r"all|account:[0-9]{12}|quorum:[0-9a-f]{32}|location:[a-z0-9][a-z0-9-]{0,62}")
target = matching(r"account:[0-9]{12}|ledger|(item|mailbox|phone):[a-z0-9][a-z0-9-]{0,62}")
reviewed = matching(r"(location|mailbox|phone|privilege):[a-z0-9][a-z0-9-]{0,62}|quorum:[0-9a-f]{32}")
named = matching(r"custodian:[0-9a-f]{32}|other:[1-9][0-9]{0,9}")
counted = {"count": word, "digest": digest}
trail_word = matching(r"[A-Za-z0-9.:_-]{1,128}")
REASONS = ("no-release", "outside-window", "other-secret", "no-mfa", "failed", "credential-change", "access-key", "no-task", "other-task", "session",
           "session-unknown", "session-over", "closed-unused", "management", "no-account", "sealed-alone")
event = {"event": trail_word, "account": (account, None)}
TRIED = {"sign-in": "account", "qr-restore": "item", "phone": "phone", "mailbox": "mailbox", "ledger-restore": "ledger"}
TASKS = {"audit-credentials": 900, "create-password": 900, "delete-credentials": 900, "unlock-bucket": 900, "unlock-queue": 900, "change-email": 86400}
SHAPES = {  # kind: facts, personal
    "genesis": ({"nonce": digest, "log_key": valid_key, "threshold": size, "founders": [{"card": is_base64}], "policy": policy},
                {"name": text(), "people": [{"custodian": ident, "salt": is_base64, "bytes": is_base64}]}),
    "governance.seal": (governance | {"epoch": 1}, None),
    "governance.set": ({"threshold": size, "seal": governance}, None),
    "sign": ({"subject": digest, "proofs": [possessed | {"proof": is_base64}], "shares": [possessed | {"blob": digest}]}, None),
    "reject": (subject, reason),
    "withdraw": (subject, None),
    "custodian.add": ({"card": is_base64, "roles": [ROLES + ("reader",)]},
                      {"salt": is_base64, "bytes": is_base64, "identified_by": (text(), None)}),
    "custodian.accept": (subject, None),
    "custodian.retire": ({"custodian": ident, "cause": ("left", "lost", "compromised"), "distrust_from": (size, None)},
                         {"note": (text(), None)}),
    "custodian.replace": ({"old": ident, "cause": ("lost", "compromised", "renewed"), "distrust_from": (size, None), "card": is_base64},
                          {"salt": is_base64, "bytes": is_base64, "identified_by": (text(), None)}),
    "custodian.acknowledge": ({"duties": text()}, None),
    "leavers.compare": ({"rows": number(0, 2**32 - 1), "found": [ident]}, {"file": digest}),
    "custodian.away": ({"custodian": ident, "from": date, "to": date}, None),
    "quorum.define": ({"quorum": ident, "name": name, "groups_needed": size,
                       "groups": [{"label": name, "threshold": size, "members": [ident]}]}, None),
    "policy.set": ({"policy": policy}, None),
    "copy.promote": ({"at": {"size": size, "root": digest}, "epoch": size}, None),
    "backup": ({"at": {"size": size, "root": digest}, "file": digest, "bytes": size}, None),
    "backup.confirm": ({"at": {"size": size, "root": digest}, "file": digest}, None),
    "evidence.export": ({"at": {"size": size, "root": digest}, "since": ({"size": size, "root": digest}, None), "from": date, "to": date,
                         "first": size, "end": size, "scope": [text(64, False)], "withheld": [text(64, False)], "redacted": (True, False), "sums": digest}, None),
    "rekey": ({"number": number(0, 2**32 - 1)}, None),
    "account.import": ({"organization": (text(), None), "at": time, "accounts": [
        {"id": account, "state": ("pending-activation", "active", "suspended", "pending-closure", "closed"),
         "partition": ("aws", "aws-us-gov", "aws-cn"), "management": (True, False), "joined_method": ("INVITED", "CREATED", None),
         "joined_at": (time, None)}], "gone": [account]},
        {"file_digest": digest, "file_bytes": size, "accounts": [{"id": account, "name": text(), "email": text()}]}),
    "location.set": ({"location": name, "kind": ("safe", "bank-box", "cabinet", "room", "other"), "site": name,
                      "timezone": person["timezone"][0], "access": most(64, ident), "dual_control": (True, False), "depends_on_aws": (True, False)},
                     {"description": (text(), None)}),
    "location.retire": ({"location": name}, remark),
    "item.add": ({"item": name, "kind": ("qr-sheet", "mfa-token", "identity-token", "share-card", "key", "phone", "laptop", "medium",
                                         "document", "other"), "holds": ({"secret": ident, "epoch": number(0, 2**32 - 1)}, None),
                  "account": (account, None), "copy": (number(1, 2**32 - 1), None), "location": name, "bag": (text(), None),
                  "sealed_by": (ident, None), "witness": (ident, None), "sealed_at": (time, None), "battery_checked": (date, None),
                  "battery_expires": (date, None)}, {"label": (text(), None)}),
    "item.check": ({"item": name, "battery_checked": date, "battery_expires": (date, None)}, None),
    "item.move": ({"item": name, "location": name, "bag": (text(), None), "witness": ident}, remark),
    "item.destroy": ({"item": name, "witness": ident}, remark),
    "mailbox.set": ({"mailbox": name, "members": most(64, ident), "accounts": most(1024, account), "closed": (True, False)},
                    {"address": text(), "others": most(64, text(256))}),
    "phone.set": ({"phone": name, "holders": most(64, ident), "accounts": most(1024, account), "tested": (date, None), "closed": (True, False)},
                  {"number": text(), "others": most(64, text(256))}),
    "safe.open": (opening, {"purpose": text()}),
    "safe.close": ({"access": digest, "witness": ident, "happened": happened}, told),
    "safe.log": ({"opened": opening, "happened": happened}, {"purpose": text()} | told),
    "seal": ({"secret": ident, "subject": secret_subject, "kind": secret_kind, "label": (name, None), "serves": [account],
              "epoch": size, "quorum": ident, "quorum_index": size, "groups_needed": size, "thresholds": [size],
              "payload": digest, "shares": [share]}, None),
    "secret.confirm": ({"secret": ident, "epoch": size}, {"note": (text(), None)}),
    "secret.destroy": ({"secret": ident, "epoch": (size, None)}, reason),
    "request": ({"secrets": [{"secret": ident, "epoch": size, "seal": digest}], "operator": ident, "recipient": bech32,
                 "identity": digest, "window_secs": size},
                {"purpose": text(), "task": (text(), None), "ticket": (text(), None)}),
    "secret.prove": (subject | {"proofs": [possessed | {"proof": is_base64}]}, None),
    "reveal": ({"request": digest, "secret": ident, "epoch": size, "form": ("text", "file", "totp", "qr", "paper"),
                "bad": [{"group": small, "member": small}]}, None),
    "close": ({"request": digest, "outcome": ("used", "unused", "aborted"), "rotated": (True, False)}, {"note": text()}),
    "drill.plan": ({"plan": name, "drill": drill_kind, "every": ("month", "quarter", "year"), "scope": scope, "from": date,
                    "timezone": person["timezone"][0], "ended": (True, False)}, None),
    "drill.start": ({"drill": drill_kind, "plan": (name, None), "due": (date, None), "nonce": digest, "scope": scope,
                     "sample": (word, None), "secrets": [{"secret": ident, "epoch": word}], "targets": [target], "people": most(64, ident)},
                    {"note": (text(), None)}),
    "drill.prove": ({"drill": digest, "sample": (word, None), "proofs": [possessed | {"proof": is_base64}],
                     "bad": [possessed | {"why": ("wrong-identity", "share-swapped", "blob-missing")}]}, None),
    "drill.step": ({"drill": digest, "step": word, "went": ("done", "deviated"), "at": time}, {"note": (text(), None)}),
    "drill.record": ({"drill": digest, "at": time, "found": (
        {"sign-in": {"account": account, "request": digest, "worked": (True, False)}},
        {"alarm": {"account": account, "seen": (True, False), "by": (ident, None)}},
        {"call": {"target": target, "reached": (True, False), "by": (ident, None), "code": (True, False)}},
        {"sheet": {"item": name, "good": (True, False)}},
        {"restore": {"file": digest, "at": ({"size": size, "root": digest}, None)}})}, {"who": (text(), None), "note": (text(), None)}),
    "drill.finish": ({"drill": digest, "outcome": ("passed", "failed"), "people": [ident], "lessons": [{"owner": ident, "due": date}]},
                     {"lessons": [text()], "surprises": [text()], "note": (text(), None)}),
    "improvement.close": ({"subject": digest, "number": word, "outcome": ("done", "dropped")}, remark),
    "runbook.add": ({"runbook": name, "version": word, "file": digest}, {"note": (text(), None)}),
    "ceremony.start": ({"runbook": name, "version": word, "file": digest, "performance": ("practice", "production"), "at": time,
                        "timezone": person["timezone"][0], "location": (name, None),
                        "participants": most(64, {"custodian": ident, "roles": [name]}), "steps": most(256, name), "about": most(64, digest)},
                       {"place": (text(), None), "guests": most(64, {"name": text(), "affiliation": text(), "roles": [name]}), "note": (text(), None)}),
    "ceremony.step": ({"ceremony": digest, "step": word, "went": ("done", "deviated", "skipped"), "at": time, "by": most(64, ident)},
                      {"values": most(64, {"id": name, "value": text()}), "others": most(64, text()), "note": (text(), None)}),
    "ceremony.exception": ({"ceremony": digest, "step": (word, None), "at": time, "decided_by": most(64, ident)},
                           {"expected": text(), "happened": text(), "decided": text()}),
    "ceremony.presence": ({"ceremony": digest, "moved": ("left", "entered", "absent"), "at": time, "who": most(64, ident), "items": most(256, name)},
                          {"others": most(64, text()), "carried": most(64, text()), "note": (text(), None)}),
    "ceremony.break": ({"ceremony": digest, "pause": ("began", "ended"), "at": time, "stay": most(64, ident)}, {"note": (text(), None)}),
    "ceremony.finish": ({"ceremony": digest, "outcome": ("completed", "aborted"), "at": time, "people": most(1024, ident),
                         "lessons": [{"owner": ident, "due": date}]}, {"lessons": [text()], "surprises": [text()], "note": (text(), None)}),
    "privilege.set": ({"privilege": name, "account": account, "kind": ("user", "role", "break-glass", "other"),
                       "may": [("root-email", "assume-root", "features", "delegation", "scp")], "people": most(64, ident),
                       "mfa": ("hardware", "virtual", "none"), "rotated": (date, None), "ended": (True, False)},
                      {"others": most(64, text(256)), "note": (text(), None)}),
    "review.plan": ({"every": ("month", "quarter"), "from": date, "timezone": person["timezone"][0], "ended": (True, False)}, None),
    "review.start": ({"every": ("month", "quarter"), "first": date, "since": (digest, None), "groups": most(4096, {
        "people": [ident], "others": word, "things": [reviewed], "secrets": [{"kind": secret_kind, "of": counted}], "accounts": counted})},
        {"others": [[text()]], "note": (text(), None)}),
    "review.confirm": ({"review": digest, "groups": most(4096, word)}, None),
    "review.strike": ({"review": digest, "groups": most(4096, word), "who": named}, reason),
    "review.done": ({"review": digest, "group": word, "who": named}, remark),
    "correct": (subject, reason | {"text": text()}),
    "attach": (subject, {"name": text(), "digest": digest, "bytes": number(1, 16 << 20), "media": text()}),
    "import": ({"statements": [digest]}, None),
    "finding.accept": ({"rule": matching("RK(?!000)[0-9]{3}"), "about": matching(
        "ledger|org|account:[0-9]{12}|(mailbox|phone|location|item|privilege|runbook|plan|event):[a-z0-9][a-z0-9-]{0,62}|"
        "(custodian|quorum|secret):[0-9a-f]{32}|entry:[0-9a-f]{64}"), "until": date}, remark),
    "estate.import": ({"files": [{"source": SOURCES, "digest": digest, "at": time, "bytes": size}],
                       "features": ({"file": word, "organization": text(), "root_credentials_management": (True, False), "root_sessions": (True, False)}, None),
                       "delegated": ({"file": word, "administrators": most(64, account)}, None),
                       "roots": [{"account": account, "file": word, "said": {
                           "password": (True, False, None), "password_last_used": (time, None), "password_last_changed": (time, None),
                           "mfa": (True, False, None), "access_keys": (number(0, 255), None), "signing_certificates": (number(0, 255), None),
                           "devices": (most(64, DEVICES), None)}}],
                       "contacts": [{"account": account, "contact": CONTACTS, "file": word, "present": (True, False)}]},
                      {"files": [text()], "serials": [[text()]], "contacts": [({
                          "name": text(), "title": (text(), None), "email": (text(), None), "phone": (text(), None), "address": (text(), None)}, None)]}),
    "account.set": ({"accounts": [{"account": account,
                                   "credentials": ({"state": ("never-set", "deleted", "present"), "since": (date, None), "evidence": (digest, None)}, None),
                                   "scp": ({"name": name, "exempts_assumed_root": (True, False), "since": date}, None),
                                   "answers": ("not-set", "recorded", None), "contacts_checked": (date, None)}]},
                    {"accounts": [{"account": account, "evidence": (text(), None), "note": (text(), None)}]}),
    "posture.set": ({"posture": {"domains": most(64, text()), "hardware_mfa": ("none", "management", "all"), "rotate_after_release": (True, False),
                                 "mailbox_min": number(0, 255), "item_out_hours": word, "checkpoint_days": word, "stale_share_days": word,
                                 "timestamp_every": ("none", "month", "quarter"), "retention_days": word}}, None),
    "alarm.set": ({"alarm": name, "accounts": most(1024, account), "receivers": most(64, ident), "closed": (True, False)},
                  {"where": text(), "others": most(64, text())}),
    "task.request": ({"account": account, "task": tuple(TASKS), "operator": ident, "second": (ident, None), "seconds": word, "window_hours": word},
                     {"purpose": text(), "ticket": (text(), None), "resource": (text(), None), "new_address": (text(), None)}),
    "task.close": ({"task": digest, "outcome": ("done", "unused", "failed"), "began": (time, None), "ended": (time, None),
                    "credentials": ("present", "deleted", "absent", None), "witness": (ident, None)}, remark),
    "reconcile": ({"files": {"count": size, "bytes": size, "digest": digest, "listed": most(256, {"digest": digest, "bytes": size, "records": size})},
                   "from": time, "to": time, "counts": {"records": size, "events": size, "explained": size, "service": size},
                   "gap_hours": word, "gaps": most(256, {"account": account, "region": trail_word, "from": time, "to": time}), "more_gaps": size,
                   "missing": most(256, {"subject": digest, "account": account}),
                   "unexplained": most(1024, {"at": time, "event": trail_word, "name": trail_word, "account": (account, None), "reason": REASONS,
                                              "off": (size, None)})},
                  {"traces": most(1024, {"address": (text(), None), "agent": (text(), None), "who": (text(), None)})}),
    "event.explain": ({"events": most(256, event), "was": ("ours", "mistake", "aws", "test", "attack", "other")}, {"text": text()}),
    "reconcile.void": ({"reconcile": digest}, reason),
    "erase": ({"subject": digest, "ground": ("asked", "mistake", "expired", "ordered")}, {"reason": text()}),
    "timestamp": ({"at": {"size": size, "root": digest}, "time": time, "token": digest, "policy": trail_word, "serial": trail_word,
                   "certificate": digest, "authority": text()}, None),
    "witness": ({"at": {"size": size, "root": digest}, "vkey": text(), "line": text()}, None),
}
undated = {key: shape for key, shape in SHAPES["account.import"][0].items() if key != "at"}  # the first logs
SHAPES["account.import"] = ((SHAPES["account.import"][0], undated), SHAPES["account.import"][1])
SHAPES["reshare"], SHAPES["reseal"] = SHAPES["request"], ({"reshare": digest, "seal": SHAPES["seal"][0]}, None)
ASKED = ("request", "reshare")  # what the holders of its secrets decide
WITNESSED = ("safe.close", "safe.log", "item.move", "item.destroy", "task.close")  # what a witness decides
JOINT = {"drill.finish": "drill", "ceremony.finish": "ceremony"}  # what those decide who took part: in which fact it says of what
ENROLLING = ("custodian.add", "custodian.replace")  # what brings a card
# What names many things by nature: facts of 8 MiB, and not of 64 KiB.
LARGE = ("genesis", "governance.seal", "governance.set", "sign", "leavers.compare", "account.import", "secret.prove", "request", "reshare",
         "drill.start", "drill.prove", "review.start", "import", "estate.import", "account.set", "reconcile")
LEDGER_ONLY = ("genesis", "governance.seal", "rekey", "reseal", "reveal", "import")  # what no import brings
GOVERNED = ("genesis", "custodian.add", "custodian.retire", "custodian.replace", "governance.set", "quorum.define", "policy.set",
            "copy.promote", "secret.destroy", "runbook.add", "finding.accept", "posture.set", "task.request", "event.explain", "reconcile.void", "erase")


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
    limit = 64 << 10 if part_name == "facts" and kind not in LARGE else 8 << 20
    need(len(salt) == 32 and len(data) <= limit, f"{part_name}: size of salt or bytes")
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
        self.people, self.quorums, self.secrets, self.accounts, self.listed = {}, {}, {}, {}, {}
        self.subjects, self.ids, self.confirmed, self.blobs, self.kept, self.rekeys = {}, set(), set(), set(), set(), 0
        self.active, self.policy, self.policy_index, self.governance = False, None, 0, 1
        self.announced, self.bringing = [], None
        self.writer = 1
        self.locations, self.items = {}, {}
        self.plans, self.registered, self.runbooks = {}, {}, {}
        self.reached, self.reviewing, self.passed = {}, None, None
        self.listing = None  # as of when the last listing of accounts is
        self.outside = set()
        self.events = {}  # by AWS's id and account: whether it is explained, and which reconciles have found it
        self.alarms, self.retention, self.now = {}, 0, 0

    def grow(self, data):
        """The tree: `peaks` are the roots of its full subtrees, from left to right, each with its size."""
        self.peaks.append((1, sha(b"\0", data)))
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
        need(type(line["seq"]) is int and line["seq"] == index, "seq: not the next entry")
        payload, pae, keyed = opened(data, STATEMENT, 65535, "statement")
        head = read_json(payload, header, "header")
        kind, who, seen = head["kind"], head["author"], head["seen"]
        need(kind in SHAPES, "kind: unknown")
        need(line["facts"] is not None, "facts: missing")
        facts = part(kind, "facts", line["facts"], head["facts"])
        need((head["personal"] is None) == (SHAPES[kind][1] is None), "personal: there or not, against its kind")
        need(line["personal"] is None or head["personal"] is not None, "personal: not committed to")
        personal = line["personal"] and part(kind, "personal", line["personal"], head["personal"])
        need((kind == "genesis") == (index == 0), "genesis: entry 0, and nothing else")
        if index == 0:
            charter = sha(b"rootkeep/ledger/v1\n", unbase64(line["facts"]["bytes"])).hex()
            need(charter[:len(self.ledger)] == self.ledger, "genesis: another ledger's, by its charter")
            self.ledger = charter
            self.found(facts, personal, who)
        need(head["ledger"] == self.ledger, "ledger: another ledger's entry")
        need(who in self.people, "author: never enrolled")
        signed(keyed, pae, self.people[who].sign, "statement")
        need(head["id"] not in self.ids, "id: used before")
        need(seen["size"] <= index and self.roots[seen["size"]].hex() == seen["root"], "seen: not a state of this log")
        made = seconds(head["made_at"])
        if self.announced:
            need(self.announced.pop(0) == sha(b"\0", data).hex(), "import: another statement was announced")
            need(kind not in LEDGER_ONLY, "import: a kind that is made in the ledger only")
            need(self.in_force(self.bringing.author), "import: its author is in force no more")
            made = self.bringing.made
        need("reader" not in self.people[who].roles, "author: a reader writes nothing")
        need(not self.people[who].retired, "author: retired")
        need(self.in_force(who) or kind == "custodian.accept", "author: not in force")
        need(self.active or kind in ("genesis", "governance.seal", "sign", "import"), "before the genesis is in effect")
        new = Record(index=index, hash=sha(b"\0", data).hex(), kind=kind, author=who, facts=facts, personal=personal,
                     made=made, latest=made, seen=seen["size"], policy=self.policy_index, governance=self.governance, yes=[], no=[],
                     effect=None, over=None, shown=False, dated=seconds(head["made_at"]), erased=False)
        self.now = made
        own = facts["seal"] if kind in ("reseal", "governance.set") else facts
        brought = [own[k] for k in ("payload", "identity") if k in own] + [s["blob"] for s in own.get("shares", [])]
        brought += [personal["digest"]] if kind == "attach" and personal else []
        brought += [facts["token"]] if kind == "timestamp" else []
        need(len(set(brought)) == len(brought) and not self.blobs & set(brought), "blob: a ciphertext that was there before")
        if kind == "runbook.add":  # alone may name again what is never let go
            brought = [facts["file"]]
            need(facts["file"] in self.kept or facts["file"] not in self.blobs, "blob: a ciphertext that was there before")
        self.kept |= set(brought) if kind in ("attach", "runbook.add") else set()
        need(sha().hex() not in brought, "blob: empty")
        if kind in GOVERNED[1:]:
            need(self.may_propose(new), "author: has no role for this")
            self.possible(new)
            need(kind != "copy.promote" or facts["at"]["size"] == index, "at: not the head")
        elif index:
            getattr(self, "bring" if kind == "import" else kind.replace(".", "_"))(new, facts)
        if kind in ENROLLING:
            self.enrol(facts["card"], personal, facts["roles"] if kind == "custodian.add" else self.people[facts["old"]].roles, new)
        # Who can have cosigned the checkpoint: in force, no reader, just before this leaf or just after it; or accepting by it.
        now = {p for p in self.people if self.has(p, *ROLES)}
        self.cosigners = now | self.were_in_force | ({who} if kind == "custodian.accept" else set())
        self.were_in_force = now
        self.ids.add(head["id"])
        self.blobs |= set(brought)
        self.grow(data)
        self.subjects[new.hash] = new

    # Founding and cards
    def found(self, facts, personal, author):
        people = personal["people"] if personal else [None] * len(facts["founders"])
        need(2 <= len(facts["founders"]) <= 16 and len(people) == len(facts["founders"]), "genesis: 2 to 16 founders")
        need(2 <= facts["threshold"] <= len(people), "genesis: threshold")
        for founder, known in zip(facts["founders"], people):
            one = self.enrol(founder["card"], known, ROLES, None)
            need(known is None or known["custodian"] == one.id, "genesis: people are not the founders")
        self.founders, self.policy = list(self.people), facts["policy"]
        self.first_threshold, self.log_key, self.were_in_force = facts["threshold"], facts["log_key"], set(self.people)
        need(author == self.founders[0], "genesis: not by the first founder")

    def enrol(self, card_text, personal, roles, by):
        one = read_card(card_text, personal)
        for other in self.people.values():
            untouched = not other.approved and not other.retired
            if untouched and other.by.over in ("withdrawn", "rejected"):
                continue
            used = [key for key in ("id", "sign", "recipient", "age") if one[key] == other.card[key]]
            if len(used) == 4 and untouched:
                other.by.over = other.by.over or "lapsed: the same card was proposed again"
            else:
                need(not used, f"card: {' and '.join(used)} used before")
        self.people[one["id"]] = Record(id=one["id"], sign=one["sign"], card=one, roles=roles, by=by, approved=by is None,
                                        accepted=by is None, retired=False, distrust=None)
        return self.people[one["id"]]

    def governance_seal(self, new, facts):
        need(new.index == 1 and new.author == self.founders[0], "governance.seal: only entry 1, by the first founder")
        self.secrets[GOVERNANCE] = Record(epochs={}, recovery=None)
        self.govern(facts, self.founders, self.first_threshold, new)

    def govern(self, seal, members, threshold, new):
        """The governance secret is of this epoch from here on."""
        one, self.governance = self.secrets[GOVERNANCE], seal["epoch"]
        one.epochs[seal["epoch"]], one.recovery = self.split(seal["shares"], [members], [threshold], 1, new), seal["recovery"]

    def custodian_accept(self, new, facts):
        one = self.people[new.author]
        need(one.by is not None and one.by.hash == facts["subject"], "subject: not the own enrolment")
        need(not one.accepted, "accept: once")
        one.accepted = True
        if one.approved:
            self.step_in(one, new)

    def step_in(self, newcomer, new):
        """At the leaf at which a newcomer is in force: they stand where the one stood whom they replace."""
        for quorum in self.quorums.values() if newcomer.by.kind == "custodian.replace" else ():
            old, groups = newcomer.by.facts["old"], quorum.facts["groups"]
            if any(old in g["members"] for g in groups):
                groups = [g | {"members": [newcomer.id if m == old else m for m in g["members"]]} for g in groups]
                quorum.facts, quorum.index = quorum.facts | {"groups": groups}, new.index

    # What governance decides: who may propose it, whether it can be (asked again at each yes and no), its effect
    def may_propose(self, new):
        if new.kind == "secret.destroy":
            return self.may_seal(new.author, self.live_secret(new.facts).quorum)
        if new.kind == "finding.accept":
            last = datetime.datetime.fromtimestamp(new.made, datetime.timezone.utc).date() + datetime.timedelta(days=400)
            need(new.facts["until"] <= last.isoformat(), "until: more than 400 days ahead")
        if new.kind == "task.request":
            return self.has(new.author, "keeper", "operator")
        own = {"custodian.retire": "custodian", "custodian.replace": "old"}.get(new.kind)
        return self.has(new.author, "keeper") or own is not None and new.author == new.facts[own]

    def live_secret(self, facts):
        one = self.secrets.get(facts["secret"]) if facts["secret"] != GOVERNANCE else None
        need(one is not None, "secret: unknown")
        need(any(not e.destroyed and facts["epoch"] in (None, n) for n, e in one.epochs.items()), "epoch: unknown or destroyed")
        return one

    def possible(self, one):
        facts = one.facts
        if one.kind == "custodian.add":
            roles = facts["roles"]
            ordered = roles and roles == [role for role in ROLES if role in roles]
            need(ordered or roles == ["reader"], "roles: not distinct and in order, or a reader's with others")
        elif one.kind == "custodian.retire":
            person_ = self.people.get(facts["custodian"])
            need(person_ is not None and not person_.retired, "custodian: unknown or retired")
            self.possible_without(facts["custodian"], one)
        elif one.kind == "custodian.replace":
            need(self.in_force(facts["old"]), "old: not in force")
            self.possible_without(facts["old"], one)
        elif one.kind == "governance.set":
            secret, seal = self.secrets[GOVERNANCE], facts["seal"]
            members = [s["holder"] for s in seal["shares"]]
            need(seal["epoch"] == self.governance + 1, "epoch: not governance's next")
            need(seal["recovery"] != secret.recovery, "recovery: as it was")
            need(2 <= len(members) <= 16, "members: not 2 to 16")
            need(len(set(members)) == len(members), "members: not distinct")
            need([(s["group"], s["member"]) for s in seal["shares"]] == [(0, m) for m in range(len(members))], "shares: not in order")
            need(all(self.in_force(m) for m in members), "members: not in force")
            need(all(self.has(m, "holder") for m in members), "members: no holder")
            need(2 <= facts["threshold"] <= len(members), "threshold: of 2 to all members")
        elif one.kind == "quorum.define":
            self.possible_quorum(facts, facts["groups"])
        elif one.kind == "copy.promote":
            need(facts["epoch"] == self.writer + 1, "epoch: not the writer's next")
            self.backup(one, facts)
        elif one.kind == "runbook.add":
            files = self.runbooks.get(facts["runbook"], [])
            need(facts["version"] == len(files) + 1, "version: not the runbook's next")
            need(files[-1:] != [facts["file"]], "file: that of the version in effect")
        elif one.kind == "posture.set":
            held, label = facts["posture"], "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
            need(held["domains"] == sorted(set(held["domains"])), "domains: twice, or out of order")
            need(all(len(d) <= 253 and re.fullmatch(rf"({label}\.)+{label}", d) for d in held["domains"]), "domains: no domain")
            for field, most_ in (("mailbox_min", 64), ("item_out_hours", 8760), ("checkpoint_days", 3650), ("stale_share_days", 3650)):
                need(1 <= held[field] <= most_, f"{field}: out of bounds")
            need(held["retention_days"] <= 36500, "retention_days: out of bounds")
        elif one.kind == "task.request":
            self.possible_task(one, facts)
        elif one.kind == "event.explain":
            named = [(at["event"], at["account"]) for at in facts["events"]]
            need(named and named == sorted(set(named), key=lambda at: (at[0], at[1] or "")), "events: none, twice, or out of order")
            for at in named:
                need(at in self.events, "event: never found")
                need(not self.events[at].explained, "event: explained before")
        elif one.kind == "reconcile.void":
            found = self.subjects.get(facts["reconcile"])
            need(found is not None and found.kind == "reconcile", "reconcile: none")
            need(not found.over, "reconcile: void before")
        elif one.kind == "erase":
            self.possible_erasure(one, facts["subject"])
        elif one.kind == "secret.destroy":
            self.live_secret(facts)
            epochs = self.secrets[facts["secret"]].epochs
            for epoch in epochs.values():
                of = epoch.of
                while of is not None and of != facts["epoch"]:
                    of = epochs[of].of
                if facts["epoch"] is not None and of == facts["epoch"] and not epoch.destroyed:
                    proven = {p for p in epoch.proven if self.in_force(p)}
                    enough = [t <= sum(s["group"] == g and s["holder"] in proven for s in epoch.shares) for g, t in enumerate(epoch.thresholds)]
                    need(sum(enough) >= epoch.needed, "epoch: the one that has its value is not proven")

    def possible_erasure(self, one, leaf):
        gone = self.subjects.get(leaf)
        need(gone is not None, "subject: not in the log")
        need(one.seen > gone.index, "seen: before the subject")
        need(SHAPES[gone.kind][1] is not None, "subject: says nothing of people")
        need(not gone.erased, "subject: erased before")
        need(not self.awaited(gone), "subject: waits")
        need(not self.in_use(gone), "subject: is what the ledger says now")
        need(self.now >= gone.dated + self.retention * 86400, "subject: is to be kept")

    def awaited(self, one):
        """Whether somebody has yet to decide on it."""
        if one.over and not one.over.startswith("lapsed"):
            return False
        if one.kind in ASKED:
            if one.effect is not None and one.effect.made <= self.now + 300:
                return self.now <= one.effect.made + one.facts["window_secs"]
            return one.made > self.now + 300 or one.effect is not None or self.now <= one.made + one.hours * 3600
        if one.kind == "review.start":
            return one is self.reviewing
        if one.effect is not None or one.kind == "genesis":
            return False
        if one.kind in GOVERNED:
            stands = one.policy == self.policy_index and one.governance == self.governance
            quorum = self.quorums.get(one.facts["quorum"]) if one.kind == "quorum.define" else None
            stands &= quorum is None or quorum.index < one.index
            distrust = self.people[one.author].distrust
            stands &= distrust is None or one.index < distrust
            return stands and self.now <= one.made + self.policy["pending_days"] * 86400
        return one.kind in JOINT or one.kind in WITNESSED and self.witness_of(one) is not None

    def in_use(self, one):
        """Whether it is what the log says at the moment of somebody or something in use."""
        if one.kind == "genesis":
            return any(p.by is None and not p.retired for p in self.people.values())
        if one.kind in ENROLLING:
            return any(p.by is one and p.approved and not p.retired for p in self.people.values())
        if one.kind == "review.start":
            return one.effect is not None and any(not struck.done for struck in one.struck.values())
        if one.kind == "alarm.set":
            return not one.facts["closed"] and self.alarms[one.facts["alarm"]] is one
        return any(thing.by is one and thing.used for thing in self.reached.values())

    def possible_without(self, who, one):
        governing = self.secrets[GOVERNANCE].epochs[self.governance]
        left = [s for s in governing.shares if self.in_force(s["holder"]) and s["holder"] != who]
        need(one.facts["distrust_from"] is None or one.facts["distrust_from"] <= one.index, "distrust_from: no entry so far")
        need(len(left) >= governing.thresholds[0], "retire: too few would be left for governance")

    def possible_quorum(self, facts, groups):
        need(1 <= len(groups) <= 16 and 1 <= facts["groups_needed"] <= len(groups), "groups_needed")
        for members, threshold in ((g["members"], g["threshold"]) for g in groups):
            need(len(set(members)) == len(members) <= 16, "members: not distinct, or more than 16")
            need(1 <= threshold <= len(members), "threshold: of 1 to all members")
            need(threshold > 1 or len(members) == 1, "threshold: 1 only as 1 of 1")
            need(all(self.has(m, "holder") for m in members), "members: not in force, or no holder")
        for member in {m for g in groups for m in g["members"]}:
            need(sum(g["members"] == [member] for g in groups) < facts["groups_needed"], "groups: one person is enough")
        need(facts["name"] != "governance", "name: governance")
        for key, quorum in self.quorums.items():
            need((key == facts["quorum"]) == (quorum.name == facts["name"]), "quorum: name and id don't belong together")

    def take_effect(self, one, new):
        facts, one.effect = one.facts, new
        if one.kind == "genesis":
            self.active = True
        elif one.kind in ENROLLING:
            newcomer = next(p for p in self.people.values() if p.by is one)
            newcomer.approved, newcomer.accepted = True, newcomer.accepted or newcomer.roles == ["reader"]
            if one.kind == "custodian.replace":
                self.people[facts["old"]].retired, self.people[facts["old"]].distrust = True, facts["distrust_from"]
            if newcomer.accepted:
                self.step_in(newcomer, new)
        elif one.kind == "custodian.retire":
            self.people[facts["custodian"]].retired, self.people[facts["custodian"]].distrust = True, facts["distrust_from"]
        elif one.kind == "governance.set":
            self.govern(facts["seal"], [s["holder"] for s in facts["seal"]["shares"]], facts["threshold"], new)
        elif one.kind == "quorum.define":
            self.quorums[facts["quorum"]] = Record(name=facts["name"], index=new.index, facts=facts)
        elif one.kind == "policy.set":
            self.policy, self.policy_index = facts["policy"], new.index
        elif one.kind == "copy.promote":
            self.writer = facts["epoch"]
        elif one.kind == "runbook.add":
            self.runbooks.setdefault(facts["runbook"], []).append(facts["file"])
        elif one.kind == "posture.set":
            self.retention = facts["posture"]["retention_days"]
        elif one.kind == "erase":
            self.subjects[facts["subject"]].erased = True
        elif one.kind == "event.explain":
            for at in facts["events"]:
                self.events[at["event"], at["account"]].explained = True
        elif one.kind == "reconcile.void":
            self.subjects[facts["reconcile"]].over = "void"
            for at, event_ in list(self.events.items()):
                event_.by.discard(facts["reconcile"])
                if not event_.by and not event_.explained:
                    del self.events[at]
        elif one.kind == "secret.destroy":
            for number_, epoch in self.secrets[facts["secret"]].epochs.items():
                if facts["epoch"] in (None, number_) and not epoch.destroyed:
                    epoch.destroyed, epoch.ended = True, new.index
        if one.kind in ("custodian.replace", "custodian.retire"):
            self.somebody_left(new)

    def somebody_left(self, new):
        """What waited for somebody who is in force no more is judged again."""
        for one in self.subjects.values():
            if one.kind in JOINT and one.effect is None and not one.over:
                try:
                    self.joined(one, new)
                except Refused:
                    one.over, self.subjects[one.facts[JOINT[one.kind]]].finishing = "rejected", None
        review = self.reviewing
        if review is not None and self.reviewed_enough(review):
            review.effect, self.reviewing, self.passed = new, None, review

    # Yes, no, and taking back
    def stakes(self, one):
        """The splits by which a subject is decided: (secret, epoch, split)."""
        named = [(at["secret"], at["epoch"]) for at in one.facts["secrets"]] if one.kind in ASKED else [(GOVERNANCE, one.governance)]
        found = [(secret, number_, self.secrets[secret].epochs[number_]) for secret, number_ in named]
        if one.kind == "governance.set":  # and all of those who are to hold it
            seal = one.facts["seal"]
            everybody = Record(shares=seal["shares"], thresholds=[len(seal["shares"])], needed=1, proven=set())
            found.append((GOVERNANCE, seal["epoch"], everybody))
        return found

    def met(self, one, people):
        return all(epoch.needed <= sum(threshold <= sum(s["group"] == g and s["holder"] in people for s in epoch.shares)
                                       for g, threshold in enumerate(epoch.thresholds)) for _, _, epoch in self.stakes(one))

    def check_waits(self, one, made):
        """Refused where a subject takes no yes and no no any more. A request in effect takes a yes still."""
        need(not one.over, f"subject: {one.over}")
        need(one.effect is None or one.kind in ASKED, "subject: in effect")
        if one.effect is not None:
            need(made <= one.latest + one.facts["window_secs"], "subject: its window is over")
            need(one.latest <= made + 300, "subject: dated ahead")
        elif one.kind != "genesis":
            limit = self.policy["request_hours"] * 3600 if one.kind in ASKED else self.policy["pending_days"] * 86400
            need(made <= one.made + limit, "subject: expired")
            need(one.made <= made + 300, "subject: dated ahead")
        need(one.effect is not None or one.policy == self.policy_index, "subject: lapsed, another policy")
        if one.kind in ASKED:
            need(not self.people[one.facts["operator"]].retired, "subject: lapsed, its operator was retired")
            for secret, number_, epoch in self.stakes(one):
                need(not epoch.destroyed, "subject: lapsed, a secret was destroyed")
                quorum = self.quorums[self.secrets[secret].quorum]
                anew = one.effect is None and one.quorums[secret] != quorum.index
                need(not anew, "subject: lapsed, a quorum was set anew")
        else:
            need(one.governance == self.governance, "subject: lapsed, governance was set anew")
            gone = one.kind in ENROLLING and next(p for p in self.people.values() if p.by is one).retired
            need(not gone, "subject: lapsed, the newcomer was retired")
            quorum = self.quorums.get(one.facts["quorum"]) if one.kind == "quorum.define" else None
            need(quorum is None or quorum.index < one.index, "subject: lapsed, that quorum was set anew")
            distrust = self.people[one.author].distrust
            need(distrust is None or one.index < distrust, "subject: lapsed, its author is distrusted")
            try:
                self.possible(one)
            except Refused as error:
                raise Refused(f"subject: lapsed, {error}") from None

    def said(self, new, facts):
        """The subject that a sign or reject names, the author's shares that count for it, and who has such shares."""
        one = self.subjects.get(facts["subject"])
        need(one is not None and one.kind in GOVERNED + ASKED, "subject: takes no yes or no")
        need(new.seen > one.index and (one.index or new.seen > 1), "seen: before the subject")
        need(new.author not in one.yes + one.no, "subject: this person has said yes or no before")
        self.check_waits(one, new.made)
        all_shares = [(secret, number_, s) for secret, number_, epoch in self.stakes(one) for s in epoch.shares]
        held = [place for place in all_shares if place[2]["holder"] == new.author]
        need(held, "author: holds no share that counts here")
        return one, held, {s["holder"] for _, _, s in all_shares if self.in_force(s["holder"])}

    def check_proof(self, given, share_, author, subject_):
        context = bytes.fromhex(self.ledger + given["secret"]) + given["epoch"].to_bytes(4, "big") + bytes([share_["group"], share_["member"]])
        message = b"rootkeep/possession/v1\n" + context + bytes.fromhex(author + subject_)
        verify(share_["key"], unbase64(given["proof"]), message, "proof of possession")

    def sign(self, new, facts):
        need(GOVERNANCE in self.secrets, "sign: before governance.seal")
        waiting = self.subjects.get(facts["subject"])
        if waiting is not None and waiting.kind in WITNESSED:
            self.check_witness_says(waiting, new)
            need(waiting.made <= new.made + 300, "subject: dated ahead")
            need(facts["proofs"] == facts["shares"] == [], "sign: a witness proves nothing")
            self.witnessed(waiting, new)
            waiting.effect = new
            return
        if waiting is not None and waiting.kind in JOINT:
            self.check_participant_says(waiting, new, yes=True)
            need(facts["proofs"] == facts["shares"] == [], "sign: who took part proves nothing")
            waiting.yes.append(new.author)
            self.joined(waiting, new)
            return
        if waiting is not None and waiting.kind == "review.start":
            self.check_reviewer_says(waiting, new)
            need(self.judged(waiting, new.author), "review: a name is not judged")
            need(facts["proofs"] == facts["shares"] == [], "sign: a reviewer proves nothing")
            waiting.yes.append(new.author)
            if self.reviewed_enough(waiting):
                waiting.effect, self.reviewing, self.passed = new, None, waiting
            return
        one, held, holders = self.said(new, facts)
        need(one.effect is not None or self.met(one, holders - set(one.no)), "subject: rejected")
        places = [{"secret": secret, "epoch": number_, "group": s["group"], "member": s["member"]} for secret, number_, s in held]
        need([{k: p[k] for k in possessed} for p in facts["proofs"]] == places, "proofs: not one for each own share")
        sent = [{k: p[k] for k in possessed} for p in facts["shares"]]
        need(sent == (places if one.kind in ASKED else []), "shares: not one for each own share")
        for proof, (_, _, s) in zip(facts["proofs"], held):
            self.check_proof(proof, s, new.author, one.hash)
        for secret, number_, epoch in self.stakes(one):
            if any(s["holder"] == new.author for s in epoch.shares):
                epoch.proven.add(new.author)
        one.yes.append(new.author)
        one.latest = max(one.latest, new.made) if one.effect is None else one.latest  # its window begins there
        everybody = one.kind != "genesis" or set(one.yes) == set(self.founders)
        if one.effect is None and everybody and self.met(one, holders & set(one.yes)):
            self.take_effect(one, new)

    def reject(self, new, facts):
        waiting = self.subjects.get(facts["subject"])
        if waiting is not None and waiting.kind in WITNESSED:
            self.check_witness_says(waiting, new)
            waiting.over = "rejected"
            return
        if waiting is not None and waiting.kind in JOINT:
            self.check_participant_says(waiting, new)
            waiting.over, self.subjects[waiting.facts[JOINT[waiting.kind]]].finishing = "rejected", None
            return
        if waiting is not None and waiting.kind == "review.start":
            self.check_reviewer_says(waiting, new, no=True)
            waiting.over, self.reviewing = "rejected", None
            return
        one, _, holders = self.said(new, facts)
        need(one.effect is None, "subject: in effect")
        one.no.append(new.author)
        if not self.met(one, holders - set(one.no)):
            one.over = "rejected"

    def withdraw(self, new, facts):
        one = self.subjects.get(facts["subject"])
        need(one is not None and one.kind in GOVERNED + ASKED + WITNESSED + tuple(JOINT) + ("review.start",), "subject: nothing that waits")
        need(new.seen > one.index, "seen: before the subject")
        left = one.kind in WITNESSED and one.effect is None and (self.people[one.author].retired or self.people[self.witness_of(one)].retired)
        left |= (one.kind in JOINT or one.kind == "review.start") and self.people[one.author].retired
        late = new.made > one.made + self.policy["pending_days"] * 86400 or one.made > new.made + 300
        left |= one.kind in JOINT and one.author != new.author and late
        need((one.author == new.author and not (left and one.kind == "review.start")) or left and self.has(new.author, "keeper"), "author: not the subject's")
        need(not one.over or one.over.startswith("lapsed"), f"subject: {one.over}")
        need(one.effect is None or one.kind in ASKED and not one.shown, "subject: in effect, or revealed")
        one.over = "withdrawn"
        if one.kind in JOINT:
            self.subjects[one.facts[JOINT[one.kind]]].finishing = None
        if one.kind == "review.start":
            self.reviewing = None

    # Accounts and people
    def custodian_away(self, new, facts):
        need(self.has(new.author, "keeper") or new.author == facts["custodian"], "author: no keeper, nor the person")
        need(facts["custodian"] in self.people, "custodian: unknown")
        need(facts["from"] <= facts["to"], "away: ends before it begins")

    def custodian_acknowledge(self, new, facts):
        pass

    def leavers_compare(self, new, facts):
        need(self.has(new.author, "keeper", "reviewer"), "author: no keeper or reviewer")
        need(all(p in self.people for p in facts["found"]), "found: never enrolled")
        need(facts["found"] == sorted(set(facts["found"])), "found: twice, or out of order")
        need(len(facts["found"]) <= facts["rows"], "found: more than the list has")

    def rekey(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        self.rekeys += 1
        need(facts["number"] == self.rekeys, "number: not the next")

    def account_import(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        if "at" in facts:
            at = seconds(facts["at"])
            need(at <= new.made + 300, "at: ahead")
            need(self.listing is None or at >= self.listing or self.listing > new.made + 300, "at: older than the last")
            self.listing = at
        need("at" in facts or self.listing is None, "at: missing")
        ids = [a["id"] for a in facts["accounts"]]
        need(1 <= len(ids + facts["gone"]) == len(set(ids + facts["gone"])), "accounts: none, or not distinct")
        need(all(a in self.accounts for a in facts["gone"]), "gone: never there")
        need(new.personal is None or [a["id"] for a in new.personal["accounts"]] == ids, "accounts: names of others")
        self.accounts |= {a["id"]: a["management"] for a in facts["accounts"]}
        self.listed |= {a["id"]: a["partition"] for a in facts["accounts"]} | {a: None for a in facts["gone"]}

    def estate_import(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        files, named_files = facts["files"], set()
        order = [(SOURCES.index(f["source"]), f["digest"], f["at"], f["bytes"]) for f in files]
        need(files and order == sorted(set(order)), "files: none, twice, or out of order")
        need(all(seconds(f["at"]) <= new.made + 300 for f in files), "files: dated ahead")

        def source(row):
            need(row["file"] < len(files), "file: none of the files")
            named_files.add(row["file"])
            return files[row["file"]]["source"]
        for key, origin in (("features", "organizations-features"), ("delegated", "delegated-administrators")):
            need(facts[key] is None or source(facts[key]) == origin, f"{key}: no file that can say it")
        if facts["delegated"]:
            heads = facts["delegated"]["administrators"]
            need(heads == sorted(set(heads)), "administrators: twice, or out of order")
        for row in facts["roots"]:
            said, of = row["said"], source(row)
            times = said["password_last_used"] is not None or said["password_last_changed"] is not None
            counts = said["access_keys"] is not None and said["signing_certificates"] is not None
            listed = said["devices"]
            if of == "credential-report":
                good = said["mfa"] is not None and counts and listed is None
            elif of == "account-summary":
                good = said["mfa"] is not None and not times and listed is None
            else:
                good = of in ("mfa-devices", "virtual-mfa-devices") and listed is not None and all(v is None for k, v in said.items() if k != "devices")
                good = good and [DEVICES.index(d) for d in listed] == sorted(DEVICES.index(d) for d in listed)
                good = good and (of == "mfa-devices" or set(listed) <= {"virtual"})
            need(good, "roots: the file can't say it")
        order = [(r["account"], SOURCES.index(source(r))) for r in facts["roots"]]
        need(order == sorted(set(order)), "roots: twice, or out of order")
        for row in facts["contacts"]:
            need(source(row) == ("contact-information" if row["contact"] == "primary" else "alternate-contact"), "contacts: the file can't say it")
        order = [(c["account"], CONTACTS.index(c["contact"])) for c in facts["contacts"]]
        need(order == sorted(set(order)), "contacts: twice, or out of order")
        need(named_files == set(range(len(files))), "files: one says nothing")
        need(all(row["account"] in self.accounts for row in facts["roots"] + facts["contacts"]), "accounts: not in the register")
        if new.personal:
            lengths = [len(r["said"]["devices"]) for r in facts["roots"] if r["said"]["devices"] is not None]
            need(len(new.personal["files"]) == len(files), "personal: other files")
            need([len(s) for s in new.personal["serials"]] == lengths, "personal: other devices")
            need([c is not None for c in new.personal["contacts"]] == [c["present"] for c in facts["contacts"]], "personal: other contacts")

    def account_set(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        ids = [a["account"] for a in facts["accounts"]]
        need(ids and ids == sorted(set(ids)), "accounts: none, twice, or out of order")
        need(all(a in self.accounts for a in ids), "accounts: not in the register")
        latest = datetime.datetime.fromtimestamp(new.made + 86400, datetime.timezone.utc).strftime("%Y-%m-%d")
        for one in facts["accounts"]:
            dates = [one["contacts_checked"]] + [part["since"] for part in (one["credentials"], one["scp"]) if part]
            need(all(d is None or d <= latest for d in dates), "dates: to come")
        need(new.personal is None or [a["account"] for a in new.personal["accounts"]] == ids, "personal: other accounts")

    def alarm_set(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        self.check_access(facts["receivers"], facts["accounts"])
        self.alarms[facts["alarm"]] = new

    # Locations, and what is in them
    def live_location(self, name_):
        need(name_ in self.locations, "location: never set")
        need(not self.locations[name_].retired, "location: retired")
        return self.locations[name_]

    def live_item(self, name_):
        need(name_ in self.items, "item: never added")
        need(not self.items[name_].destroyed, "item: destroyed")
        return self.items[name_]

    def check_access(self, people, accounts):
        need(people == sorted(set(people)), "people: twice, or out of order")
        need(all(p in self.people for p in people), "people: never enrolled")
        need(not any(self.people[p].retired for p in people), "people: retired")
        need(accounts == sorted(set(accounts)), "accounts: twice, or out of order")
        need(all(a in self.accounts for a in accounts), "accounts: not in the register")

    def location_set(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        self.check_access(facts["access"], [])
        if facts["location"] in self.locations:
            self.live_location(facts["location"])
        self.locations.setdefault(facts["location"], Record(retired=False, open=None)).access = facts["access"]

    def location_retire(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        one = self.live_location(facts["location"])
        need(one.open is None, "location: open")
        need(not any(i.place == facts["location"] for i in self.items.values()), "location: not empty")
        one.retired = True

    def item_add(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        need(facts["item"] not in self.items, "item: added before")
        self.live_location(facts["location"])
        if facts["holds"] is not None:
            secret = self.secrets.get(facts["holds"]["secret"]) if facts["holds"]["secret"] != GOVERNANCE else None
            need(secret is not None and facts["holds"]["epoch"] in secret.epochs, "holds: no such epoch")
        need(facts["account"] is None or facts["account"] in self.accounts, "account: not in the register")
        sealers = [p for p in (facts["sealed_by"], facts["witness"]) if p is not None]
        need(all(p in self.people for p in sealers), "people: never enrolled")
        need(len(set(sealers)) == len(sealers), "witness: of the own sealing")
        need(facts["bag"] is not None or not sealers and facts["sealed_at"] is None, "bag: sealed, and there is none")
        self.items[facts["item"]] = Record(place=facts["location"], destroyed=False, changed=new.index, facts=facts)

    def item_check(self, new, facts):
        need(self.has(new.author, "keeper", "witness"), "author: no keeper or witness")
        self.live_item(facts["item"])

    def item_move(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        self.live_item(facts["item"])
        self.live_location(facts["location"])
        self.check_witness(new, facts["witness"])

    def mailbox_set(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        self.check_access(facts["members"], facts["accounts"])
        self.registered[f"mailbox:{facts['mailbox']}"] = not facts["closed"]
        self.reach(new, f"mailbox:{facts['mailbox']}", facts["members"], facts["accounts"], not facts["closed"])

    def phone_set(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        self.check_access(facts["holders"], facts["accounts"])
        self.registered[f"phone:{facts['phone']}"] = not facts["closed"]
        self.reach(new, f"phone:{facts['phone']}", facts["holders"], facts["accounts"], not facts["closed"])

    def reach(self, new, thing, people, accounts, used):
        others = new.personal and sorted(set(new.personal["others"]), key=str.encode)
        self.reached[thing] = Record(people=people, accounts=accounts, used=used, others=others, by=new)

    # What is done before a witness
    def check_witness(self, new, who):
        need(who != new.author, "witness: the author")
        need(self.has(who, "witness"), "witness: not in force, or none")

    def check_opening(self, new, facts):
        one = self.live_location(facts["location"])
        self.check_witness(new, facts["witness"])
        need(seconds(facts["opened_at"]) <= new.made + 300, "opened_at: to come")
        request = self.subjects.get(facts["request"])
        need(facts["request"] is None or request is not None and request.kind in ASKED, "request: none")
        return one

    def check_happened(self, new, opened_, facts):
        opened_at, closed_at = seconds(opened_["opened_at"]), seconds(facts["closed_at"])
        need(opened_at <= closed_at, "closed_at: before it was opened")
        need(closed_at <= new.made + 300, "closed_at: to come")
        names = [one["item"] for one in facts["items"]]
        need(names == sorted(set(names)), "items: twice, or out of order")
        need(all(one in self.items for one in names), "items: never added")
        for one in facts["present"]:
            need(one["custodian"] in self.people, "present: never enrolled")
            need(seconds(one["entered"]) <= seconds(one["left"]), "present: left before entering")

    def safe_open(self, new, facts):
        location = self.check_opening(new, facts)
        need(location.open is None, "location: open")
        location.open = new

    def safe_close(self, new, facts):
        location = self.opened_by(facts["access"])
        need(location.open.author == new.author or self.has(new.author, "keeper"), "author: not the opening's, and no keeper")
        new.opened = location.open.facts
        self.check_happened(new, new.opened, facts["happened"])
        self.check_witness(new, facts["witness"])
        need(facts["witness"] != location.open.author, "witness: who has opened it")

    def opened_by(self, access):
        location = next((one for one in self.locations.values() if one.open and one.open.hash == access), None)
        need(location is not None, "access: nothing is open by it")
        return location

    def safe_log(self, new, facts):
        new.opened = facts["opened"]
        self.check_opening(new, new.opened)
        self.check_happened(new, new.opened, facts["happened"])

    def item_destroy(self, new, facts):
        need(self.has(new.author, "keeper", "holder"), "author: no keeper or holder")
        self.live_item(facts["item"])
        self.check_witness(new, facts["witness"])

    def witness_of(self, one):
        return one.facts["witness"] if "witness" in one.facts else one.opened["witness"]

    def check_witness_says(self, one, new):
        """Whether the author can say yes or no as the witness."""
        witness = self.witness_of(one)
        need(new.seen > one.index, "seen: before the subject")
        need(not one.over, f"subject: {one.over}")
        need(one.effect is None, "subject: in effect")
        need(new.author == witness and self.has(witness, "witness"), "author: not the witness")

    def witnessed(self, one, new):
        if one.kind == "task.close":
            task = self.subjects[one.facts["task"]]
            need(not task.over, f"task: {task.over}")
            task.over = "closed"
            for other in self.subjects.values():
                if other is not one and other.kind == "task.close" and other.facts["task"] == task.hash and other.effect is None and not other.over:
                    other.over = "overtaken by another closing"
            return
        if one.kind in ("item.move", "item.destroy"):
            need(self.live_item(one.facts["item"]).changed < one.index, "item: moved or handled since")
        if one.kind == "item.destroy":
            item = self.live_item(one.facts["item"])
            item.destroyed, item.place = True, None
            return
        if one.kind == "item.move":
            self.live_location(one.facts["location"])
            item = self.live_item(one.facts["item"])
            item.place, item.changed = one.facts["location"], new.index
            return
        if one.kind == "safe.close":
            self.opened_by(one.facts["access"]).open = None
        for handled in one.facts["happened"]["items"]:
            item = self.items[handled["item"]]
            item.changed = new.index
            if not item.destroyed and handled["went"] != "stayed":
                item.place = one.opened["location"] if handled["went"] == "in" else None

    # Secrets
    def split(self, shares, groups, thresholds, needed, new):
        places = [(g, m, who) for g, members in enumerate(groups) for m, who in enumerate(members)]
        need([(s["group"], s["member"], s["holder"]) for s in shares] == places, "shares: not those of the quorum")
        need(all(self.in_force(s["holder"]) for s in shares), "shares: a holder is not in force")
        return Record(seal=new.hash, shares=shares, thresholds=thresholds, needed=needed, destroyed=False, proven=set(), of=None, index=new.index)

    def may_seal(self, who, quorum):
        member = any(who in g["members"] for g in self.quorums[quorum].facts["groups"])
        return self.has(who, "keeper", "operator") or self.in_force(who) and member

    def seal(self, new, facts, may=None):
        quorum, old, secret = self.quorums.get(facts["quorum"]), self.secrets.get(facts["secret"]), facts["secret"]
        need(quorum is not None and quorum.index == facts["quorum_index"], "quorum: not as it stands")
        need(may or self.may_seal(new.author, facts["quorum"]), "author: no keeper, operator or member")
        name_ = (facts["subject"], facts["kind"], facts["label"])
        need(secret != GOVERNANCE, "secret: governance's id")
        need(all((key == secret) == (one.name == name_) for key, one in self.secrets.items() if key != GOVERNANCE),
             "secret: name and id don't belong together")
        need(old is None or old.quorum == facts["quorum"], "quorum: another than the secret's")
        need(facts["epoch"] == (max(old.epochs) + 1 if old else 1), "epoch: not the next")
        served = facts["serves"] + ([facts["subject"]] if account(facts["subject"]) else [])
        need(facts["kind"] == "mfa-seed" or not facts["serves"], "serves: only an MFA device does")
        need(len(set(served)) == len(served) and all(a in self.accounts for a in served), "serves: twice, or not in the register")
        alone = len(served) < 2 or not any(self.accounts[a] for a in served)
        need(alone, "serves: the management account's device serves no other")
        groups = quorum.facts["groups"]
        need(facts["groups_needed"] == quorum.facts["groups_needed"], "groups_needed: not the quorum's")
        need(facts["thresholds"] == [g["threshold"] for g in groups], "thresholds: not the quorum's")
        epoch = self.split(facts["shares"], [g["members"] for g in groups], facts["thresholds"], facts["groups_needed"], new)
        one = self.secrets.setdefault(secret, Record(name=name_, quorum=facts["quorum"], epochs={}))
        one.serves, one.epochs[facts["epoch"]] = facts["serves"], epoch

    def secret_confirm(self, new, facts):
        need(self.may_seal(new.author, self.live_secret(facts).quorum), "author: no keeper, operator or member")
        said = (new.author, facts["secret"], facts["epoch"])
        need(said not in self.confirmed, "confirm: once a person and epoch")
        self.confirmed.add(said)

    def request(self, new, facts):
        need(self.has(new.author, "operator"), "author: no operator")
        need(self.has(facts["operator"], "operator"), "operator: no operator in force")
        names = [at["secret"] for at in facts["secrets"]]
        most = 16 if new.kind == "request" else 4096
        need(1 <= len(names) <= most and len(set(names)) == len(names), "secrets: none, too many, or one twice")
        for at in facts["secrets"]:
            need(self.live_secret(at).epochs[at["epoch"]].seal == at["seal"], "seal: not that epoch's")
        need(60 <= facts["window_secs"] <= self.policy["window_max_secs"], "window_secs: not within the policy")
        new.quorums = {n: self.quorums[self.secrets[n].quorum].index for n in names}
        new.hours = self.policy["request_hours"]

    def reshare(self, new, facts):
        self.request(new, facts)
        need(all(at["epoch"] == max(self.secrets[at["secret"]].epochs) for at in facts["secrets"]), "epoch: not the newest")

    def reseal(self, new, facts):
        one, seal = self.asked({"request": facts["reshare"]}, "reshare"), facts["seal"]
        need(new.author == one.facts["operator"], "author: not the resharing's operator")
        need(one.latest - 300 <= new.made <= one.latest + one.facts["window_secs"], "reshare: not within its window")
        old = {at["secret"]: at["epoch"] for at in one.facts["secrets"]}.get(seal["secret"])
        need(old is not None, "secret: not named by the resharing")
        secret = self.secrets[seal["secret"]]
        need(old == max(secret.epochs) and not secret.epochs[old].destroyed, "epoch: not the newest, or destroyed")
        need(secret.serves == seal["serves"], "serves: not the secret's")
        self.seal(new, seal, may=True)
        secret.epochs[seal["epoch"]].of = old

    def secret_prove(self, new, facts):
        subject = self.subjects.get(facts["subject"])
        need(subject is not None and subject.index < new.seen, "subject: not in the log, or not seen")
        places = [(p["secret"], p["epoch"], p["group"], p["member"]) for p in facts["proofs"]]
        need(places and places == sorted(set(places)), "proofs: none, twice, or out of order")
        for given in facts["proofs"]:
            epoch = self.secrets.get(given["secret"]) and self.secrets[given["secret"]].epochs.get(given["epoch"])
            need(epoch and not epoch.destroyed and given["secret"] != GOVERNANCE, "proof: of no epoch")
            own = [s for s in epoch.shares if (s["group"], s["member"], s["holder"]) == (given["group"], given["member"], new.author)]
            need(own, "proof: of a share that is not the author's")
            self.check_proof(given, own[0], new.author, facts["subject"])
            epoch.proven.add(new.author)

    def asked(self, facts, kind="request"):
        one = self.subjects.get(facts["request"])
        need(one is not None and one.kind in ((kind,) if kind == "reshare" else ASKED), "request: unknown")
        need(one.effect is not None, "request: not in effect")
        need(not one.over, f"request: {one.over}")
        return one

    def reveal(self, new, facts):
        one = self.asked(facts)
        need(one.kind == "request", "request: a resharing is not revealed")
        need(new.author == one.facts["operator"], "author: not the request's operator")
        need(one.latest - 300 <= new.made <= one.latest + one.facts["window_secs"], "request: not within its window")
        shares = [e.shares for secret, number_, e in self.stakes(one) if (secret, number_) == (facts["secret"], facts["epoch"])]
        need(shares, "secret: not requested")
        bad, places = [(b["group"], b["member"]) for b in facts["bad"]], [(s["group"], s["member"]) for s in shares[0]]
        need(len(set(bad)) == len(bad) and set(bad) <= set(places), "bad: not shares of the epoch")
        one.shown = True

    def close(self, new, facts):
        one = self.asked(facts)
        need(new.author in (one.facts["operator"], one.author), "author: not the request's operator or author")
        one.over = "closed"

    # Drills
    def scope_fits(self, drill, scope_):
        need(drill != "ledger-restore" or scope_ == "all", "scope: a ledger is restored whole")
        need(drill not in ("phone", "mailbox") or scope_ == "all" or scope_.startswith("account:"), "scope: not one of phones or mailboxes")
        sort, _, what = scope_.partition(":")
        need(sort != "account" or what in self.accounts, "scope: no such account")
        need(sort != "quorum" or what in self.quorums or what == GOVERNANCE, "scope: no such quorum")
        if sort == "location":
            self.live_location(what)

    def drill_plan(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        self.scope_fits(facts["drill"], facts["scope"])
        need(self.plans.get(facts["plan"], facts)["drill"] == facts["drill"], "plan: of another kind of drill")
        self.plans[facts["plan"]] = facts

    def drill_start(self, new, facts):
        need(self.has(new.author, "keeper", "operator", "reviewer"), "author: no keeper, operator or reviewer")
        self.scope_fits(facts["drill"], facts["scope"])
        need((facts["plan"] is None) == (facts["due"] is None), "plan: without a day, or a day without a plan")
        if facts["plan"] is not None:
            plan = self.plans.get(facts["plan"])
            need(plan and not plan["ended"], "plan: none, or ended")
            need((plan["drill"], plan["scope"]) == (facts["drill"], facts["scope"]), "plan: of another kind or scope")
        tried = TRIED.get(facts["drill"])
        need(bool(facts["secrets"]) == (tried is None) == (not facts["targets"]), "drill: nothing to prove or try, or both")
        asked = [(at["secret"], at["epoch"]) for at in facts["secrets"]]
        need(asked == sorted(set(asked)), "secrets: twice, or out of order")
        for secret, epoch in asked:
            need(self.sealing(secret, epoch), "secret: none, destroyed, or not in force")
        need(facts["targets"] == sorted(set(facts["targets"])), "targets: twice, or out of order")
        for one in facts["targets"]:
            sort, _, what = one.partition(":")
            need(sort == tried, "target: of another kind of drill")
            if sort == "item":
                self.live_item(what)
            need(sort != "account" or what in self.accounts, "target: no such account")
            need(sort not in ("phone", "mailbox") or self.registered.get(one), "target: not in use")
        need(facts["sample"] is None or tried is None and facts["sample"] >= 1, "sample: of none, or of no shares")
        self.check_people(facts["people"])
        held = {s["holder"] for at in facts["secrets"] for s in self.sealing(at["secret"], at["epoch"]).shares}
        new.may, new.took_part = {new.author} | held | set(facts["people"]), {new.author}
        new.bad, new.works, new.finishing, new.count = {}, {}, None, 1

    def sealing(self, secret, number_):
        """The epoch, while it is not destroyed, or of governance in force."""
        epoch = self.secrets.get(secret) and self.secrets[secret].epochs.get(number_)
        live = epoch and not epoch.destroyed and (secret != GOVERNANCE or number_ == self.governance)
        return epoch if live else None

    def going_on(self, new, leaf):
        drill = self.subjects.get(leaf)
        need(drill is not None and drill.kind == "drill.start", "drill: unknown")
        need(new.seen > drill.index, "seen: before the drill")
        need(drill.finishing is None, "drill: over")
        return drill

    def drilling(self, new, facts):
        """The drill that this is about, with room for one more entry."""
        drill = self.going_on(new, facts["drill"])
        need(drill.count < 1024 + 4 * len(drill.facts["targets"]), "drill: too much is recorded")
        drill.count += 1
        return drill

    def takes_part(self, new, drill):
        need(new.author in drill.may, "author: does not take part")
        drill.took_part.add(new.author)

    def drill_prove(self, new, facts):
        drill = self.drilling(new, facts)
        need(drill.facts["secrets"], "drill: asks for no shares")
        own = {}
        for at in drill.facts["secrets"]:
            epoch = self.secrets[at["secret"]].epochs[at["epoch"]]
            if at["secret"] != GOVERNANCE or at["epoch"] == self.governance:
                own |= {(at["secret"], at["epoch"], s["group"], s["member"]): s for s in epoch.shares if s["holder"] == new.author}
        need(own, "author: holds no share that is asked for")
        if facts["sample"] is not None:
            least = drill.facts["sample"]
            need(least is not None and facts["sample"] >= least, "sample: fewer than are asked for")
            lot = lambda at: sha(b"rootkeep/drill-sample/v1\n", bytes.fromhex(drill.facts["nonce"] + new.author + at[0]),
                                 at[1].to_bytes(4, "big"), bytes(at[2:]))
            own = {at: own[at] for at in sorted(own, key=lot)[:facts["sample"]]}
        place = lambda p: (p["secret"], p["epoch"], p["group"], p["member"])
        proven, bad = [place(p) for p in facts["proofs"]], [place(p) for p in facts["bad"]]
        need(proven == sorted(set(proven)) and bad == sorted(set(bad)), "shares: twice, or out of order")
        need(not set(proven) & set(bad) and (proven or bad), "shares: none, or proven and bad")
        live = {at for at in own if self.sealing(at[0], at[1])}
        need(live <= set(proven + bad) <= set(own), "shares: not those that are asked for")
        for given in facts["proofs"]:
            self.check_proof(given, own[place(given)], new.author, facts["drill"])
            if place(given) in live and given["secret"] != GOVERNANCE:
                self.secrets[given["secret"]].epochs[given["epoch"]].proven.add(new.author)
        drill.took_part.add(new.author)
        said = set() if facts["sample"] is None else drill.bad.get(new.author, set()) - set(proven)
        drill.bad[new.author] = said | live & set(bad)

    def drill_step(self, new, facts):
        drill = self.drilling(new, facts)
        need(facts["step"] >= 1, "step: counted from 1")
        need(drill.made - 300 <= seconds(facts["at"]) <= new.made + 300, "at: ahead, or before the drill")
        self.takes_part(new, drill)

    def can_sign(self, who):
        need(self.has(who, *ROLES), "people: somebody not in force, or a reader")

    def drill_record(self, new, facts):
        drill = self.drilling(new, facts)
        need(drill.made - 300 <= seconds(facts["at"]) <= new.made + 300, "at: ahead, or before the drill")
        (sort, found), = facts["found"].items()
        about = {"sign-in": lambda: f"account:{found['account']}", "alarm": lambda: f"account:{found['account']}",
                 "call": lambda: found["target"], "sheet": lambda: f"item:{found['item']}", "restore": lambda: "ledger"}[sort]()
        need(about in drill.facts["targets"], "found: not among the targets")
        good = found.get("worked", found.get("seen", found.get("good")))
        if sort == "sign-in":
            request = self.subjects.get(found["request"])
            need(request is not None and request.kind == "request" and request.effect is not None, "request: none in effect")
            named = [self.secrets[at["secret"]] for at in request.facts["secrets"]]
            need(any(found["account"] in [s.name[0]] + s.serves for s in named), "request: of no secret of the account")
            drill.may.add(request.facts["operator"])
        elif sort == "call":
            need(about.partition(":")[0] in ("phone", "mailbox"), "call: of what does not answer")
            need(found["reached"] or found["by"] is None and not found["code"], "call: answered by nobody")
            good = found["reached"] and found["code"]
        elif sort == "alarm":
            need(found["seen"] or found["by"] is None, "alarm: seen by nobody")
        elif sort == "restore":
            good = found["at"] is not None
            if good:
                self.backup(new, found)
        self.takes_part(new, drill)
        if found.get("by"):
            self.can_sign(found["by"])
            drill.may.add(found["by"])
        drill.works[about, sort] = good

    def drill_finish(self, new, facts):
        drill = self.going_on(new, facts["drill"])
        need(new.author == drill.author or self.has(new.author, "keeper"), "author: neither the drill's nor a keeper")
        self.check_end(new, facts, drill)
        if facts["outcome"] == "passed":
            self.check_passed(drill)
        drill.finishing, new.closed = new, set()
        self.joined(new, new)

    def check_passed(self, drill):
        asked = [(at["secret"], at["epoch"]) for at in drill.facts["secrets"]]
        left = [epoch for at in asked if (epoch := self.sealing(*at))]
        need(left or not asked, "passed: nothing is left of what was asked for")
        for epoch in left:
            here = {s["holder"] for s in epoch.shares if self.in_force(s["holder"])}
            need(all(drill.bad.get(who) == set() for who in here), "passed: a holder has not proven")
            held = [sum(s["group"] == g and s["holder"] in here for s in epoch.shares) for g in range(len(epoch.thresholds))]
            need(sum(map(operator.ge, held, epoch.thresholds)) >= epoch.needed, "passed: too few holders are left")
        for one in drill.facts["targets"]:
            sorts = ("sign-in", "alarm") if one.startswith("account:") else ("call", "sheet", "restore")
            said = [drill.works.get((one, sort)) for sort in sorts]
            need(all(said) if len(sorts) == 2 else any(said), "passed: something does not work")

    def left_out(self, over, people):
        return {who for who in over.took_part if self.in_force(who)} - set(people)

    def check_end(self, new, facts, over):
        self.check_people(facts["people"])
        for lesson in facts["lessons"]:
            self.can_sign(lesson["owner"])
        if self.left_out(over, facts["people"]):
            need(facts["outcome"] in ("failed", "aborted"), "people: somebody is missing who took part")
            need(set(facts["people"]) - {new.author}, "people: somebody is missing who took part, and nobody else signs")
            need(self.has(new.author, "keeper"), "people: somebody is missing who took part, and this is no keeper")
        texts = len(new.personal["lessons"]) if new.personal else len(facts["lessons"])
        need(texts == len(facts["lessons"]) <= 64, "lessons: too many, or without their texts")

    def check_people(self, people, within=None):
        need(people == sorted(set(people)), "people: twice, or out of order")
        for who in people:
            need(within is None or who in within, "people: somebody who is not there, or not named")
            self.can_sign(who)

    def check_participant_says(self, one, new, yes=False):
        need(new.seen > one.index, "seen: before the subject")
        need(not one.over, f"subject: {one.over}")
        need(one.effect is None, "subject: in effect")
        need(new.author in one.facts["people"] and new.author != one.author, "author: did not take part")
        need(new.author not in one.yes, "subject: this person has said yes before")
        need(not yes or one.made <= new.made + 300, "subject: dated ahead")

    def joined(self, one, new):
        missing = set(one.facts["people"]) - {one.author} - set(one.yes)
        if any(map(self.in_force, missing)):
            return
        over, outcome = self.subjects[one.facts[JOINT[one.kind]]], one.facts["outcome"]
        if outcome == "passed":
            self.check_passed(over)
        elif outcome == "completed":
            self.check_two(over, {one.author, *one.yes})
        else:
            need(one.yes or not self.left_out(over, one.facts["people"]), "people: nobody signs beside its author")
        one.effect = new

    def check_two(self, over, signing):
        """That two people who took part, whatever their identities, have recorded something or sign."""
        own = (over.acted | signing) & over.took_part
        need(len({min(self.identities(who), key=list(self.people).index) for who in own}) >= 2, "completed: fewer than two have had their say")

    def improvement_close(self, new, facts):
        one = self.subjects.get(facts["subject"])
        need(one is not None and one.kind in JOINT and one.effect is not None, "improvement: of nothing in effect")
        need(new.seen > one.index, "seen: before the subject")
        need(1 <= facts["number"] <= len(one.facts["lessons"]), "improvement: no such lesson")
        need(facts["number"] not in one.closed, "improvement: closed before")
        owner = one.facts["lessons"][facts["number"] - 1]["owner"]
        need(new.author == owner or self.has(new.author, "keeper"), "author: neither its owner nor a keeper")
        one.closed.add(facts["number"])

    # Ceremonies
    def ceremony_start(self, new, facts):
        files, cast = self.runbooks.get(facts["runbook"], []), facts["participants"]
        need(files, "runbook: none in effect")
        need((facts["version"], facts["file"]) == (len(files), files[-1]), "runbook: not the version in effect")
        need(1 <= len(set(facts["steps"])) == len(facts["steps"]), "steps: none, or one twice")
        people = [one["custodian"] for one in cast]
        self.check_people(people)
        need(len(people) >= 2, "participants: fewer than two")
        need(new.author in people, "author: does not take part")
        need(all(one["roles"] and one["roles"] == sorted(set(one["roles"])) for one in cast), "roles: none, twice, or out of order")
        guests = new.personal["guests"] if new.personal else []
        need(all(one["roles"] == sorted(set(one["roles"])) for one in guests), "guests: roles twice, or out of order")
        need(seconds(facts["at"]) <= new.made + 300, "at: ahead")
        if facts["location"] is not None:
            self.live_location(facts["location"])
        need(facts["about"] == sorted(set(facts["about"])), "about: twice, or out of order")
        for leaf in facts["about"]:
            about = self.subjects.get(leaf)
            need(about is not None and new.seen > about.index, "about: not in the log, or not seen")
            need(about.kind in ASKED + ("drill.start",), "about: no drill or request")
        new.named, new.room, new.took_part, new.acted = set(people), set(people), set(people), {new.author}
        new.rests, new.recorded, new.finishing = None, {}, None
        new.count, new.newest, new.latest = 1, new.index, seconds(facts["at"])

    def performing(self, new, facts):
        """The ceremony that this is about, which goes on."""
        one = self.subjects.get(facts["ceremony"])
        need(one is not None and one.kind == "ceremony.start", "ceremony: unknown")
        need(new.seen > one.index, "seen: before the ceremony")
        need(one.finishing is None, "ceremony: over")
        need(seconds(facts["at"]) <= new.made + 300, "at: ahead")
        return one

    def recording(self, new, facts):
        one = self.performing(new, facts)
        need(seconds(facts["at"]) >= seconds(one.facts["at"]), "at: before the start")
        need(new.author in one.named, "author: not named")
        need(one.count < 1024, "ceremony: too much is recorded")
        one.count, one.newest, one.latest = one.count + 1, new.index, max(one.latest, seconds(facts["at"]))
        one.acted.add(new.author)
        one.took_part.add(new.author)
        return one

    def ceremony_step(self, new, facts):
        one = self.recording(new, facts)
        need(one.rests is None, "ceremony: rests")
        need(1 <= facts["step"] <= len(one.facts["steps"]), "step: none of the runbook's")
        need(facts["by"], "by: nobody")
        self.check_people(facts["by"], one.room)
        one.recorded[facts["step"]] = set(facts["by"])

    def ceremony_exception(self, new, facts):
        one = self.recording(new, facts)
        need(facts["step"] is None or 1 <= facts["step"] <= len(one.facts["steps"]), "step: none of the runbook's")
        need(facts["decided_by"], "decided_by: nobody")
        self.check_people(facts["decided_by"], one.named)

    def ceremony_presence(self, new, facts):
        one, who = self.recording(new, facts), set(facts["who"])
        need(facts["who"] == sorted(who), "people: twice, or out of order")
        need(facts["items"] == sorted(set(facts["items"])), "items: twice, or out of order")
        need(all(item in self.items for item in facts["items"]), "items: never added")
        if facts["moved"] == "entered":
            self.check_people(facts["who"])
            need(not who & one.room, "people: there already")
            one.room, one.named, one.took_part = one.room | who, one.named | who, one.took_part | who
            return
        need(who <= one.room, "people: somebody who is not there")
        one.room -= who
        if facts["moved"] == "absent":
            need(not facts["items"], "items: carried by nobody")
            need(not who & one.acted, "people: who has recorded something was there")
            one.took_part -= who

    def ceremony_break(self, new, facts):
        one = self.recording(new, facts)
        if facts["pause"] == "began":
            need(one.rests is None, "ceremony: rests")
            self.check_people(facts["stay"], one.room)
            one.rests = seconds(facts["at"])
            return
        need(one.rests is not None, "ceremony: does not rest")
        need(not facts["stay"], "stay: at the end of a break")
        need(seconds(facts["at"]) >= one.rests, "at: before the break")
        one.rests = None

    def ceremony_finish(self, new, facts):
        one = self.performing(new, facts)
        need(new.author in one.named or self.has(new.author, "keeper"), "author: neither named nor a keeper")
        need(new.seen > one.newest, "seen: before the last that is recorded")
        need(facts["outcome"] == "aborted" or seconds(facts["at"]) >= one.latest, "at: before what is recorded")
        self.check_end(new, facts, one)
        if facts["outcome"] == "completed":
            need(one.rests is None, "ceremony: rests")
            self.check_two(one, set(facts["people"]))
            need(len(one.recorded) == len(one.facts["steps"]), "completed: nothing is recorded of a step")
            need(all(by <= one.took_part for by in one.recorded.values()), "completed: a step by somebody who was absent")
        one.count, one.newest, one.finishing, new.closed = one.count + 1, new.index, new, set()
        self.joined(new, new)

    # What CloudTrail says
    def reconcile(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        files, counts = facts["files"], facts["counts"]
        listed = [at["digest"] for at in files["listed"]]
        need(files["count"] > 0 and listed == sorted(set(listed)), "files: none, twice, or out of order")
        need(len(listed) == (files["count"] if files["count"] <= 256 else 0), "files: not as many")
        if listed:
            need(sha("".join(one + "\n" for one in listed).encode()).hex() == files["digest"], "files: digest")
            need(sum(at["bytes"] for at in files["listed"]) == files["bytes"], "files: bytes")
        need(seconds(facts["from"]) <= seconds(facts["to"]), "period: ends before it begins")
        need(seconds(facts["to"]) <= new.made + 300, "period: ahead")
        open_ = facts["unexplained"]
        order = [(at["at"], at["event"], at["name"], at["account"] or "") for at in open_]
        names = [(at["event"], at["account"]) for at in open_]
        need(order == sorted(order) and len(set(names)) == len(names), "events: twice, or out of order")
        need(counts["explained"] + len(open_) == counts["events"], "counts: don't add up")
        need(counts["events"] + counts["service"] <= counts["records"], "counts: don't add up")
        need(new.personal is None or len(new.personal["traces"]) == len(open_), "traces: not one for each event")
        for at in open_:
            need(facts["from"] <= at["at"] <= facts["to"], "event: outside the period")
            need((at["reason"] == "outside-window") == (at["off"] is not None), "off: there or not, against its reason")
        gaps = [(seconds(at["from"]) - seconds(at["to"]), at["account"], at["region"], at["from"], at["to"]) for at in facts["gaps"]]
        need(gaps == sorted(set(gaps)) and all(-at[0] > facts["gap_hours"] * 3600 for at in gaps), "gaps: twice, out of order, or too short")
        need(gaps or not facts["more_gaps"], "gaps: more, and none")
        missing = [(at["subject"], at["account"]) for at in facts["missing"]]
        need(missing == sorted(set(missing)), "missing: twice, or out of order")
        for subject_, _ in missing:
            one = self.subjects.get(subject_)
            need(one is not None and (one.kind == "drill.start" or one.kind in ("request", "task.request") and one.effect), "missing: nothing in effect")
        for at in names:
            self.events.setdefault(at, Record(explained=False, by=set())).by.add(new.hash)

    # Privileges, and reviews of who has access to what
    def privilege_set(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")
        self.check_access(facts["people"], [facts["account"]])
        order = ("root-email", "assume-root", "features", "delegation", "scp")
        need(facts["may"] == [one for one in order if one in facts["may"]], "may: twice, or out of order")
        self.reach(new, f"privilege:{facts['privilege']}", facts["people"], [facts["account"]], not facts["ended"])

    def review_plan(self, new, facts):
        need(self.has(new.author, "keeper"), "author: no keeper")

    def accounts_of(self, secret):
        one = self.secrets[secret]
        return ([one.name[0]] if account(one.name[0]) else []) + one.serves

    def laid_out(self, others):
        """The groups as facts have them. `others` says of a thing who else has it: how many, and what tells these apart."""
        groups = {}

        def group(people, apart):
            return groups.setdefault((tuple(sorted(people)), apart), Record(things=[], accounts=set(), secrets={}))

        def put(thing, people, accounts, apart=(0, None)):
            one = group(people, apart)
            one.things.append(thing)
            one.accounts |= set(accounts)

        for thing, one in self.reached.items():
            if one.used:
                put(thing, one.people, one.accounts, others(thing, one))
        for name_, one in self.locations.items():
            inside = [i.facts for i in self.items.values() if i.place == name_]
            accounts = {i["account"] for i in inside if i["account"]}
            accounts |= {a for i in inside if i["holds"] for a in self.accounts_of(i["holds"]["secret"])}
            if not one.retired:
                put(f"location:{name_}", one.access, accounts)
        here = lambda people: {p for p in people if not self.people[p].retired}
        governors = [s["holder"] for s in self.secrets[GOVERNANCE].epochs[self.governance].shares]
        put(f"quorum:{GOVERNANCE}", here(governors), ())
        for key, quorum in self.quorums.items():
            put(f"quorum:{key}", here(m for g in quorum.facts["groups"] for m in g["members"]), ())
        for secret, one in self.secrets.items():
            live = [e for e in one.epochs.values() if not e.destroyed]
            if secret != GOVERNANCE and live:
                held = group(here(s["holder"] for e in live for s in e.shares), (0, None))
                held.secrets.setdefault(one.name[1], []).append(secret)
                held.accounts |= set(self.accounts_of(secret))
        count = lambda all_, data: {"count": len(all_), "digest": sha(b"rootkeep/review/v1\n", *map(data, sorted(all_))).hex()}
        found = []
        for (people, (number_, _)), one in groups.items():
            if people or number_:
                secrets = [{"kind": kind, "of": count(one.secrets[kind], bytes.fromhex)} for kind in secret_kind if kind in one.secrets]
                found.append(({"people": list(people), "others": number_, "things": sorted(one.things), "secrets": secrets,
                               "accounts": count(one.accounts, str.encode)}, one.secrets))
        return sorted(found, key=lambda pair: (pair[0]["people"], pair[0]["things"]))

    def review_start(self, new, facts):
        need(self.has(new.author, "keeper", "reviewer"), "author: no keeper or reviewer")
        year, month, day = map(int, facts["first"].split("-"))
        need(day == 1 and (facts["every"] == "month" or month % 3 == 1), "first: begins no month or quarter")
        ahead = datetime.datetime.fromtimestamp(new.made + 14 * 3600, datetime.timezone.utc)
        need(facts["first"] <= ahead.strftime("%Y-%m-%d"), "first: to come")
        need(self.reviewing is None, "review: another goes on")
        need(facts["since"] == (self.passed and self.passed.hash), "since: not the review that was passed last")
        need(facts["groups"], "groups: none")
        names = new.personal and new.personal["others"]
        need(names is None or [len(n) for n in names] == [g["others"] for g in facts["groups"]], "others: without a name")
        whose = {thing: (g["others"], number_) for number_, g in enumerate(facts["groups"]) for thing in g["things"] if g["others"]}
        found = self.laid_out(lambda thing, one: whose.get(thing, (0, None)))
        if names is not None and all(one.others is not None for one in self.reached.values() if one.used):
            found = self.laid_out(lambda thing, one: (len(one.others), tuple(one.others) or None))
            own = {thing: names[number_] for number_, g in enumerate(facts["groups"]) for thing in g["things"]}
            need(all(own.get(thing, []) == one.others for thing, one in self.reached.items() if one.used), "others: not those of the register")
        need([one for one, _ in found] == facts["groups"], "groups: not those that there are")
        new.secrets = [secrets for _, secrets in found]
        new.confirmed, new.struck, new.names, self.reviewing = set(), {}, names, new

    def going_review(self, new, leaf):
        review = self.subjects.get(leaf)
        need(review is not None and review.kind == "review.start", "review: unknown")
        self.check_reviewer_says(review, new, judging=True)
        return review

    def check_reviewer_says(self, review, new, judging=False, no=False):
        need(new.seen > review.index, "seen: before the subject")
        need(not review.over, f"subject: {review.over}")
        need(review.effect is None, "subject: in effect")
        need(self.has(new.author, "reviewer"), "author: no reviewer")
        need(judging or new.author not in review.yes, "subject: this person has said yes before")
        need(no or review.made <= new.made + 300, "subject: dated ahead")

    def check_group_numbers(self, review, groups):
        need(groups and groups == sorted(set(groups)), "groups: none, twice, or out of order")
        need(all(1 <= g <= len(review.facts["groups"]) for g in groups), "groups: one that there is not")

    def names_of(self, review, number_):
        group = review.facts["groups"][number_ - 1]
        return [f"custodian:{p}" for p in group["people"]] + [f"other:{n + 1}" for n in range(group["others"])]

    def review_confirm(self, new, facts):
        review = self.going_review(new, facts["review"])
        self.check_group_numbers(review, facts["groups"])
        said = {(new.author, g) for g in facts["groups"]}
        need(not said & review.confirmed, "groups: confirmed before")
        review.confirmed |= said

    def review_strike(self, new, facts):
        review = self.going_review(new, facts["review"])
        self.check_group_numbers(review, facts["groups"])
        for number_ in facts["groups"]:
            need(facts["who"] in self.names_of(review, number_), "who: not in that group")
            one = review.struck.setdefault((number_, facts["who"]), Record(index=new.index, by=set(), done=False))
            need(new.author not in one.by, "who: struck before")
            one.by.add(new.author)

    def judged(self, review, who):
        struck = {place for place, one in review.struck.items() if who in one.by}
        return all((who, n) in review.confirmed or all((n, name_) in struck for name_ in self.names_of(review, n))
                   for n in range(1, len(review.facts["groups"]) + 1))

    def identities(self, who):
        """Somebody's own, and those that it went on from."""
        found = [who]
        while self.people[found[-1]].by is not None and self.people[found[-1]].by.kind == "custodian.replace":
            found.append(self.people[found[-1]].by.facts["old"])
        return set(found)

    def reviewed_enough(self, review):
        able = [p for p in self.people if self.has(p, "reviewer")]
        signed = [p for p in able if p in review.yes]
        outside = lambda people, group: any(not self.identities(p) & set(group["people"]) for p in people)
        return len(signed) >= 2 and all(outside(signed, g) or not outside(able, g) for g in review.facts["groups"])

    def still_has(self, review, number_, who, since):
        """What a struck name still has: things, `combination` of a location, and the secrets of the group that it holds shares of."""
        group, left = review.facts["groups"][number_ - 1], []
        sort, _, key = who.partition(":")
        name_ = sort == "other" and review.names and review.names[number_ - 1][int(key) - 1]
        for thing in group["things"]:
            what, _, which = thing.partition(":")
            if sort == "other":
                one = self.reached.get(thing)
                if one and one.used and one.others is not None and name_ in one.others:
                    left.append(thing)
                continue
            gone = self.people[key].retired
            if what == "location" and not self.locations[which].retired:
                if key in self.locations[which].access:
                    left.append(thing)
                for one in self.secrets.values():  # each label is of another lock
                    sealed = list(one.epochs.values()) if getattr(one, "name", (None,) * 2)[:2] == (thing, "combination") else []
                    then = any(e.index <= since and (not e.destroyed or e.ended > since) for e in sealed)
                    new = any(e.index > since and e.of is None for e in sealed)
                    if then and not new and not all(e.destroyed for e in sealed):
                        left.append("combination " + thing)
            elif what == "quorum" and not gone:
                governors = [s["holder"] for s in self.secrets[GOVERNANCE].epochs[self.governance].shares]
                groups = [] if which == GOVERNANCE else self.quorums[which].facts["groups"]
                if key in (governors if which == GOVERNANCE else [m for g in groups for m in g["members"]]):
                    left.append(thing)
            elif thing in self.reached and self.reached[thing].used and key in self.reached[thing].people:
                left.append(thing)
        if sort == "custodian" and not self.people[key].retired:
            for kind, secrets in review.secrets[number_ - 1].items():
                if any(not e.destroyed and any(s["holder"] == key for s in e.shares) for one in secrets for e in self.secrets[one].epochs.values()):
                    left.append("shares " + kind)
        return left

    def right_since(self, review, number_, who, since, left):
        """Whether the review passed last began after the strike, and had all that is left with the name, not struck."""
        later = self.passed
        if later is None or later.index <= since:
            return False

        def stood(what):
            sort, _, of = what.partition(" ")
            for n, group in enumerate(later.facts["groups"], 1):
                had = set(review.secrets[number_ - 1].get(of, [])) <= set(later.secrets[n - 1].get(of, [])) if sort == "shares" else (of or what) in group["things"]
                other = who
                if who.startswith("other:"):
                    name_ = review.names and review.names[number_ - 1][int(who[6:]) - 1]
                    known = later.names[n - 1] if later.names else []
                    other = f"other:{known.index(name_) + 1}" if name_ in known else None
                    if later.names is None and group["others"] and had:  # nobody can tell any more that it was not so
                        return True
                if other in self.names_of(later, n) and (n, other) not in later.struck and had:
                    return True
            return False
        return all(map(stood, left))

    def review_done(self, new, facts):
        need(self.has(new.author, "keeper", "reviewer"), "author: no keeper or reviewer")
        review = self.subjects.get(facts["review"])
        struck = review is not None and review.kind == "review.start" and review.struck.get((facts["group"], facts["who"]))
        need(struck, "who: struck by nobody")
        need(new.seen > struck.index, "seen: before the strike")
        need(not struck.done, "done: before")
        need(facts["who"].partition(":")[2] not in self.identities(new.author), "author: the one who was struck")
        left = self.still_has(review, facts["group"], facts["who"], struck.index)
        need(not left or self.right_since(review, facts["group"], facts["who"], struck.index, left), f"who: still has {left[:1]}")
        struck.done = True

    def correct(self, new, facts):
        need(facts["subject"] in self.subjects, "subject: not in the log")
        own = self.subjects[facts["subject"]].author == new.author
        need(own or self.has(new.author, "keeper"), "author: not the subject's, no keeper")

    def attach(self, new, facts):
        need(facts["subject"] in self.subjects, "subject: not in the log")

    def bring(self, new, facts):
        need(GOVERNANCE in self.secrets, "import: before governance.seal")
        need(1 <= len(facts["statements"]) == len(set(facts["statements"])) <= 256, "import: none, too many, or not distinct")
        self.announced, self.bringing = list(facts["statements"]), new

    # Tasks on the root users of member accounts
    def possible_task(self, one, facts):
        what, where, told = facts["task"], facts["account"], one.personal
        need(self.listed.get(where), "account: not in the register, or gone")
        need(not self.accounts[where], "account: the management account")
        need(what == "change-email" or self.listed[where] == "aws", "account: in a partition without central root access")
        need(self.has(facts["operator"], "operator"), "operator: no operator in force")
        need((what == "change-email") == (facts["second"] is not None), "second: missing, or one too many")
        need(facts["second"] != facts["operator"], "second: the operator")
        need(facts["second"] is None or self.has(facts["second"], "witness"), "second: not in force, or no witness")
        need(1 <= facts["seconds"] <= TASKS[what], "seconds: not within what the task may take")
        need(1 <= facts["window_hours"] <= max(1, self.policy["window_max_secs"] // 3600), "window_hours: not within the policy")
        about = {"unlock-bucket": "arn:aws:s3:::", "unlock-queue": rf"arn:aws:sqs:[0-9A-Za-z-]+:{where}:"}.get(what)
        resource = matching(about + "[0-9A-Za-z._-]+") if about else lambda arn: arn is None
        need(told is None or resource(told["resource"]), "resource: missing, of another kind or account, or one too many")
        address = lambda text_: matching("[!-?A-~]+@[!-?A-~]{3,}")(text_) and 5 <= len(text_) <= 64
        changed = address if what == "change-email" else lambda text_: text_ is None
        need(told is None or changed(told["new_address"]), "new_address: missing, no address, or one too many")

    def task_close(self, new, facts):
        one = self.subjects.get(facts["task"])
        need(one is not None and one.kind == "task.request", "task: unknown")
        need(one.effect is not None, "task: not in effect")
        need(not one.over, f"task: {one.over}")
        need(new.seen > one.index, "seen: before the task")
        operator, second = one.facts["operator"], one.facts["second"]
        need(new.author == operator or self.has(new.author, "keeper"), "author: neither its operator nor a keeper")
        outcome, began, ended, what = facts["outcome"], facts["began"], facts["ended"], one.facts["task"]
        need((began is None) == (ended is None) == (outcome == "unused"), "times: one alone, or of what was not begun")
        if began is not None:
            need(seconds(began) <= seconds(ended), "ended: before it began")
            need(seconds(ended) <= new.made + 300, "ended: to come")
        left = {("create-password", "done"): ("present",), ("delete-credentials", "done"): ("deleted",),
                ("audit-credentials", "done"): ("present", "absent"), ("create-password", "failed"): ("present", None),
                ("delete-credentials", "failed"): ("present", None)}
        need(facts["credentials"] in left.get((what, outcome), (None,)), "credentials: not what this leaves")
        need((second is None) == (facts["witness"] is None), "witness: missing, or one too many")
        if second is None:
            one.over, new.effect = "closed", new
            return
        witness, same = facts["witness"], lambda one_, other: one_ in self.identities(other) or other in self.identities(one_)
        late = new.made > one.latest + one.facts["window_hours"] * 3600 + one.facts["seconds"]
        in_vain = outcome != "done" and late and self.has(new.author, "keeper") and not same(new.author, operator)
        need(witness == second or not self.in_force(second) or in_vain, "witness: not the second")
        self.check_witness(new, witness)
        need(not same(witness, operator), "witness: the operator")
        waiting = [s for s in self.subjects.values() if s.kind == "task.close" and s.facts["task"] == one.hash and s.effect is None and not s.over]
        need(all(s.author != new.author for s in waiting), "author: has another closing that waits")

    # Backups, and copies that become the writer
    def backup(self, new, facts):
        at = facts["at"]
        need(at["size"] <= new.index and self.roots[at["size"]].hex() == at["root"], "at: not a state of this log")

    backup_confirm = backup

    def evidence_export(self, new, facts):
        self.backup(new, facts)
        if facts["since"]:
            self.backup(new, {"at": facts["since"]})
        since = (facts["since"] or facts["at"])["size"]
        need(facts["first"] <= facts["end"] <= facts["at"]["size"] and since <= facts["at"]["size"], "evidence: of entries before it")
        need(facts["from"] <= facts["to"], "evidence: days in order")
        for kinds in (facts["scope"], facts["withheld"]):
            need(all(kind in SHAPES for kind in kinds) and kinds == sorted(set(kinds)), "evidence: kinds in order")

    def timestamp(self, new, facts):
        self.backup(new, facts)
        need(facts["at"]["size"] > 0, "at: of no entry")
        need(seconds(facts["time"]) <= new.made + 300, "time: ahead")

    def witness(self, new, facts):
        self.backup(new, facts)
        need(facts["at"]["size"] > 0, "at: of no entry")
        found = re.fullmatch("([!-*,-~]{1,255})\\+([0-9a-f]{8})\\+([A-Za-z0-9+/=]+)", facts["vkey"])
        need(found, "vkey: not one")
        who, data = found[1], unbase64(found[3])
        need(not who.startswith("rootkeep/"), "vkey: a name of a ledger's own")
        need(len(data) == 33 and data[0] == 4, "vkey: not of type 4")
        key = data[1:].hex()
        need(sha(who.encode(), b"\n", data)[:4].hex() == found[2], "vkey: key id")
        need(valid_key(key), "vkey: a weak key")
        need(key != self.log_key and all(key != one.sign for one in self.people.values()), "vkey: of this ledger's own")
        found = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", facts["line"])
        need(found and found[1] == who, "line: not by this witness")
        data = unbase64(found[2])
        need(data[:4] == sha(who.encode(), b"\n\4", bytes.fromhex(key))[:4], "line: key id")
        need(len(data) == 76, "line: length")
        moment = int.from_bytes(data[4:12], "big")
        need(0 < moment <= new.made + 300, "line: ahead")
        body = f"rootkeep/{self.ledger}\n{facts['at']['size']}\n{base64.b64encode(bytes.fromhex(facts['at']['root'])).decode()}\n"
        verify(key, data[12:], b"cosignature/v1\ntime %d\n%s" % (moment, body.encode()), "line")
        need((facts["vkey"], facts["line"]) not in self.outside, "line: there already")
        self.outside.add((facts["vkey"], facts["line"]))

    # Section 11.
    def checkpoint(self, line, index):
        """The checkpoint of size `index + 1`, just after that leaf."""
        need(line["size"] == index + 1, "checkpoint: another size")
        origin = f"rootkeep/{self.ledger}"
        body, gap, lines = line["note"].partition("\n\n")
        body += "\n"
        root = base64.b64encode(self.roots[-1]).decode()
        need(gap and body == f"{origin}\n{index + 1}\n{root}\n", "checkpoint: another root, size or origin")
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
                good += person_.id in self.cosigners
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
                need(entry < len(notes), "checkpoint: missing")
                log.checkpoint(notes[entry], entry)
            except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
                raise Refused(f"not the form of an export ({error!r})") from error
        need(not log.announced, "import: announced more than follows")
        need(not any(one.erased and one.personal for one in log.subjects.values()), "personal: there, and erased")
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
