"""Every kind of finding, by its word: how bad it is, what is told, what to do, and what `doctor --repair` does."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.health.findings import Kind, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

_OK, _WARNING, _ERROR = Severity

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "check.failed": Kind(
            _ERROR,
            ("la vérification n'a pas pu se faire : {value}", "the check could not be made: {value}"),
            (
                "Réglez ce qui est dit : droits de ce compte, disque, registre verrouillé par un autre processus.",
                "See to what it says: this account's rights, the disk, another process that keeps the ledger locked.",
            ),
        ),
        "check.damaged": Kind(
            _ERROR,
            (
                "la vérification n'a pas pu se faire, le registre est abîmé : {value}",
                "the check could not be made, the ledger is damaged: {value}",
            ),
            (
                "Arrêtez la passerelle, gardez une copie de son dossier, restaurez une sauvegarde : docs/backup.md.",
                "End the gate, keep a copy of its folder, and restore a backup: docs/backup.md.",
            ),
        ),
        "settings.unusable": Kind(
            _ERROR,
            ("réglages inutilisables : {value}", "the settings cannot be used: {value}"),
            (
                "Corrigez edigate.toml ou l'environnement ; docs/reference/settings.md explique chaque réglage.",
                "Correct edigate.toml or the environment; docs/reference/settings.md explains every setting.",
            ),
        ),
        "secret.missing": Kind(
            _ERROR,
            (
                "{place} est absent ou illisible : {value} le désigne",
                "{place} is missing or unreadable: {value} names it",
            ),
            (
                "Remettez le fichier en place, ou corrigez ce qui le désigne.",
                "Put the file back, or correct what names it.",
            ),
        ),
        "secret.open": Kind(
            _ERROR,
            (
                "{place} est un secret que d'autres comptes peuvent lire (droits {value})",
                "{place} is a secret that other accounts may read (permissions {value})",
            ),
            ("Retirez les droits des autres : chmod 600 {place}", "Take the others' rights away: chmod 600 {place}"),
            ("droits restreints à 0600", "permissions narrowed to 0600"),
        ),
        "gate.runs": Kind(
            _OK,
            (
                "une passerelle travaille sur ce dossier (processus {value})",
                "a gate is at work on this folder (process {value})",
            ),
        ),
        "gate.unknown_holder": Kind(
            _WARNING,
            (
                "le dossier est tenu par un processus introuvable ici ({value})",
                "the folder is held by a process that is not to be found here ({value})",
            ),
            (
                "Une passerelle d'une autre machine ou d'un conteneur le tient : arrêtez-la, ou laissez-la faire.",
                "A gate on another machine, or in another container, holds this folder: end it, or leave it to it.",
            ),
        ),
        "gate.restored": Kind(
            _WARNING,
            (
                "cette passerelle vient d'une sauvegarde du {value} et attend une décision",
                "this gate comes from a backup of {value} and waits for a decision",
            ),
            (
                "edigate restored show montre ce qui a pu se passer depuis ; edigate restored accept en décide.",
                "edigate restored show tells what may have happened since; edigate restored accept decides on it.",
            ),
        ),
        "ledger.missing": Kind(
            _ERROR,
            (
                "il n'y a pas de registre, ni de dépôt dans l'archive : {place}",
                "there is no ledger, nor any deposit in the archive: {place}",
            ),
            (
                "La prochaine commande en crée un vide. S'il y en avait un, restaurez une sauvegarde : docs/backup.md.",
                "The next command makes an empty one. If there was one, restore a backup: docs/backup.md.",
            ),
        ),
        "ledger.lost": Kind(
            _ERROR,
            (
                "{place} manque, alors que l'archive contient des dépôts : rien ne démarre",
                "{place} is missing, while the archive holds deposits: nothing starts",
            ),
            (
                "Restaurez une sauvegarde : docs/backup.md. À défaut, edigate init --new-ledger renonce au passé.",
                "Restore a backup: docs/backup.md. Where there is none, edigate init --new-ledger gives up the past.",
            ),
        ),
        "ledger.begun_anew": Kind(
            _ERROR,
            (
                "le registre ne commence que le {value}, fichiers de l'archive plus anciens : {count}",
                "the ledger begins on {value} only, older files in the archive: {count}",
            ),
            (
                "L'ancien registre est perdu : restaurez une sauvegarde (docs/backup.md), ou gardez-les ailleurs.",
                "The ledger before it is lost: restore a backup (docs/backup.md), or keep these files elsewhere.",
            ),
        ),
        "ledger.unreadable": Kind(
            _ERROR,
            (
                "{place} est abîmé, ou n'est pas un registre : {value}",
                "{place} is damaged, or is no ledger: {value}",
            ),
            (
                "Arrêtez la passerelle, gardez une copie de son dossier, restaurez une sauvegarde : docs/backup.md.",
                "End the gate, keep a copy of its folder, and restore a backup: docs/backup.md.",
            ),
        ),
        "ledger.damaged": Kind(
            _ERROR,
            ("le registre est abîmé, défauts : {count}", "the ledger is damaged, defects: {count}"),
            (
                "Arrêtez la passerelle, copiez-la, vérifiez le disque, restaurez une sauvegarde : docs/backup.md.",
                "End the gate, copy its folder, look for a fault of the disk, and restore a backup: docs/backup.md.",
            ),
        ),
        "ledger.references": Kind(
            _ERROR,
            (
                "dans {place}, lignes qui renvoient à ce qui n'existe pas : {count}",
                "in {place}, rows that refer to what is not there: {count}",
            ),
            (
                "Le registre a été modifié hors de la passerelle : edigate audit verify ; restaurez une sauvegarde.",
                "The ledger was changed behind the gate's back: edigate audit verify tells what; restore a backup.",
            ),
        ),
        "ledger.old": Kind(
            _WARNING,
            (
                "le registre a été fait par une version antérieure ({value})",
                "the ledger was made by an earlier version ({value})",
            ),
            (
                "Il est mis à jour au prochain démarrage ; sauvegardez-le avant.",
                "It is brought up to date at the next start; back it up before.",
            ),
            ("registre mis à jour", "ledger brought up to date"),
            locked=True,
        ),
        "ledger.new": Kind(
            _ERROR,
            (
                "le registre a été fait par une version plus récente ({value})",
                "the ledger was made by a later version ({value})",
            ),
            (
                "Installez cette version-là d'edigate, ou une plus récente.",
                "Install that version of edigate, or a later one.",
            ),
        ),
        "ledger.wal": Kind(
            _WARNING,
            (
                "le journal du registre a grossi : {place}, {value} Mo",
                "the ledger's log has grown: {place}, {value} MB",
            ),
            (
                "Un lecteur (sauvegarde, requête longue) l'a retenu : terminez-le ; --repair vide ensuite le journal.",
                "A reader (backup, long query) held it back: end it; --repair empties the log afterwards.",
            ),
            ("journal versé au registre et vidé", "log worked into the ledger and emptied"),
        ),
        "server.no_driver": Kind(
            _ERROR,
            (
                "le registre est sur PostgreSQL ({place}), et la bibliothèque {value} manque",
                "the ledger is on PostgreSQL ({place}), and the library {value} is missing",
            ),
            (
                'Installez-la avec l\'extra : pip install "edigate[postgres]"',
                'Install it with the extra: pip install "edigate[postgres]"',
            ),
        ),
        "server.address": Kind(
            _ERROR,
            ("l'adresse dans {place} est incompréhensible", "the address in {place} cannot be understood"),
            (
                "Écrivez-la ainsi : postgresql://compte@machine:5432/base, les caractères spéciaux comme %40.",
                "Write it as postgresql://account@machine:5432/database, special characters as %40.",
            ),
        ),
        "server.unreachable": Kind(
            _ERROR,
            ("le serveur du registre ne répond pas : {value}", "the ledger's server does not answer: {value}"),
            (
                "Voyez s'il tourne, s'il admet cette machine et ce compte, et ce que dit {place}.",
                "See that it runs, that it lets in this machine and account, and what {place} says.",
            ),
        ),
        "server.too_old": Kind(
            _ERROR,
            ("le serveur du registre est trop ancien : {value}", "the ledger's server is too old: {value}"),
            ("Il faut PostgreSQL 13 ou plus récent.", "It must be PostgreSQL 13 or newer."),
        ),
        "server.encoding": Kind(
            _ERROR,
            (
                "la base du registre est codée en {value} : noms et textes demandent UTF8",
                "the ledger's database is encoded in {value}: names and texts need UTF8",
            ),
            (
                "Créez-en une autre : create database … encoding 'UTF8' template template0",
                "Create another: create database … encoding 'UTF8' template template0",
            ),
        ),
        "server.copies": Kind(
            _ERROR,
            ("le serveur du registre est une copie en lecture seule", "the ledger's server is a copy that only reads"),
            (
                "Nommez dans {place} celui qui écrit ; target_session_attrs=read-write le trouve parmi plusieurs.",
                "Name in {place} the one that writes; target_session_attrs=read-write finds it among several.",
            ),
        ),
        "server.losing": Kind(
            _ERROR,
            (
                "le serveur du registre perd en cas de coupure ce qui était promis : {value}",
                "the ledger's server loses in a power cut what was promised: {value}",
            ),
            (
                "Remettez ces réglages à on sur le serveur, et relisez sa configuration.",
                "Set these back to on at the server, and have its configuration read again.",
            ),
        ),
        "server.clock": Kind(
            _WARNING,
            (
                "l'horloge du serveur du registre et celle de cette machine diffèrent de {value} s",
                "the clocks of the ledger's server and of this machine differ by {value} s",
            ),
            (
                "Réglez les deux sur le même service de temps (NTP) : délais et battements s'y fient.",
                "Set both by the same time service (NTP): deadlines and heartbeats go by them.",
            ),
        ),
        "server.lost": Kind(
            _ERROR,
            (
                "la base dans {place} est sans registre, alors que la passerelle a des dépôts : rien ne démarre",
                "the database in {place} holds no ledger, while the gate has deposits: nothing starts",
            ),
            (
                "Déplacez-y le registre (edigate migrate), corrigez {place} ou restaurez la base : docs/scaling.md.",
                "Move the ledger there (edigate migrate), correct {place} or restore the database: docs/scaling.md.",
            ),
        ),
        "server.jobs_old": Kind(
            _WARNING,
            (
                "les tables de Procrastinate datent d'une version antérieure ({value})",
                "Procrastinate's tables are of an earlier version ({value})",
            ),
            (
                "Elles sont mises à jour au prochain démarrage.",
                "They are brought up to date at the next start.",
            ),
            ("tables mises à jour", "tables brought up to date"),
            locked=True,
        ),
        "server.jobs_new": Kind(
            _WARNING,
            (
                "les tables de Procrastinate sont d'une version plus récente ({value}) que la bibliothèque d'ici",
                "Procrastinate's tables are of a later version ({value}) than the library here",
            ),
            (
                "Mettez edigate à jour sur cette machine aussi, avec son extra postgres.",
                "Bring edigate up to date on this machine, too, with its extra postgres.",
            ),
        ),
        "server.unsorted": Kind(
            _WARNING,
            (
                "colonnes du registre triées selon une langue : {count}",
                "columns of the ledger that sort by the rules of a language: {count}",
            ),
            (
                'Rendez-leur l\'ordre des codes : alter table … alter column … type text collate "C"',
                'Give them the order of code points: alter table … alter column … type text collate "C"',
            ),
        ),
        "ledger.uneven": Kind(
            _ERROR,
            ("les comptes ne tombent pas juste, lignes : {count}", "the books do not add up, lines: {count}"),
            (
                "edigate balance montre les écarts, edigate audit verify ce qui fut modifié hors de la passerelle.",
                "edigate balance shows the differences, edigate audit verify what was changed behind its back.",
            ),
        ),
        "ledger.states": Kind(
            _ERROR,
            (
                "flux dont l'état n'est pas celui de leur dernière décision : {count}",
                "flows whose state is not that of their last run: {count}",
            ),
            (
                "Le registre a été modifié hors de la passerelle : edigate audit verify ; restaurez une sauvegarde.",
                "The ledger was changed behind the gate's back: edigate audit verify tells what; restore a backup.",
            ),
        ),
        "audit.broken": Kind(
            _ERROR,
            (
                "la chaîne du journal d'audit est rompue, maillons : {count}",
                "the audit log's chain is broken, links: {count}",
            ),
            (
                "edigate audit verify la vérifie tout entière et dit ce qui manque ou a changé.",
                "edigate audit verify looks at all of it and tells what is missing or was changed.",
            ),
        ),
        "archive.missing": Kind(
            _ERROR,
            ("fichiers de flux absents de l'archive : {count}", "files of flows that the archive lacks: {count}"),
            (
                "Restaurez-les d'une sauvegarde : le nom d'un fichier est son empreinte SHA-256.",
                "Restore them from a backup: a file's name is its SHA-256.",
            ),
        ),
        "archive.unreachable": Kind(
            _ERROR,
            ("l'archive {place} ne répond pas : {value}", "the archive {place} does not answer: {value}"),
            (
                "Rétablissez l'accès à storage.url (montage, réseau, droits) : rien n'est perdu, tout attend.",
                "Mend the way to storage.url (mount, network, rights): nothing is lost, everything waits.",
            ),
        ),
        "archive.wrong_size": Kind(
            _ERROR,
            ("fichiers archivés dont la taille a changé : {count}", "archived files whose size has changed: {count}"),
            (
                "Restaurez-les d'une sauvegarde : le nom d'un fichier est son empreinte SHA-256.",
                "Restore them from a backup: a file's name is its SHA-256.",
            ),
        ),
        "archive.altered": Kind(
            _ERROR,
            (
                "fichiers archivés dont le contenu a changé : {count}",
                "archived files whose content has changed: {count}",
            ),
            (
                "Restaurez-les d'une sauvegarde : le nom d'un fichier est son empreinte SHA-256.",
                "Restore them from a backup: a file's name is its SHA-256.",
            ),
        ),
        "archive.orphans": Kind(
            _WARNING,
            (
                "fichiers de l'archive qui ne sont à aucun flux : {count}",
                "files in the archive that are no flow's: {count}",
            ),
            (
                "Sans effet : une passerelle arrêtée net a pu les laisser. Regardez-les avant de les retirer.",
                "Harmless: a gate that was cut off may have left them. Look at them before you take them away.",
            ),
        ),
        "archive.leftovers": Kind(
            _WARNING,
            (
                "copies commencées par une passerelle arrêtée net, dans {place} : {count}",
                "copies begun by a gate that was cut off, in {place}: {count}",
            ),
            ("Le prochain démarrage les retire.", "The next start takes them away."),
            ("copies inachevées retirées", "unfinished copies removed"),
            locked=True,
        ),
        "archive.writable": Kind(
            _WARNING,
            ("fichiers archivés que l'on peut modifier : {count}", "archived files that can be written to: {count}"),
            ("Un fichier archivé ne change plus : chmod a-w.", "An archived file does not change any more: chmod a-w."),
            ("droits d'écriture retirés", "rights to write taken away"),
        ),
        "spool.waiting": Kind(
            _WARNING,
            (
                "fichiers pris dans les dépôts et pas encore enregistrés : {count}",
                "files claimed from the inboxes and not booked yet: {count}",
            ),
            (
                "Lancez la passerelle : elle les enregistre. Si elle tourne, son journal dit ce qui l'en empêche.",
                "Start the gate: it books them first. If it runs, its log tells what stands in the way.",
            ),
        ),
        "spool.odd": Kind(
            _WARNING,
            (
                "dans spool, ce qui n'est pas un fichier pris dans un dépôt : {count}",
                "in spool, what is no file claimed from an inbox: {count}",
            ),
            (
                "Quelqu'un l'y a mis : redéposez dans inbox ce qui doit être traité, retirez le reste.",
                "Somebody put it there: deposit in inbox what is to be worked off, take the rest away.",
            ),
            ("mis de côté dans aside/", "moved to aside/"),
            locked=True,
        ),
        "spool.fetching": Kind(
            _WARNING,
            (
                "restes de fichiers relevés chez des partenaires, inconnus du registre : {count}",
                "remains of files fetched from partners, unknown to the ledger: {count}",
            ),
            (
                "Le fichier entier est chez le partenaire, ou déjà enregistré : ces restes ne servent plus.",
                "The whole file is with the partner, or booked already: these remains are of no use.",
            ),
            ("mis de côté dans aside/", "moved to aside/"),
            locked=True,
        ),
        "staging.unknown": Kind(
            _WARNING,
            (
                "fichiers en préparation que le registre ne connaît pas : {count}",
                "staged files that the ledger does not know: {count}",
            ),
            (
                "Quelqu'un les y a mis, ou le registre vient d'une sauvegarde plus ancienne.",
                "Somebody put them there, or the ledger comes from an older backup.",
            ),
            ("mis de côté dans aside/", "moved to aside/"),
            locked=True,
        ),
        "staging.leftovers": Kind(
            _WARNING,
            ("fichiers en préparation déjà remis : {count}", "staged files that were handed over already: {count}"),
            ("Sans effet : rien ne les montrera plus.", "Harmless: nothing will show them any more."),
            ("mis de côté dans aside/", "moved to aside/"),
            locked=True,
        ),
        "staging.lost": Kind(
            _WARNING,
            (
                "fichiers écrits pour des partenaires et introuvables, ni en préparation ni remis : {count}",
                "files written for partners and to be found neither staged nor handed over: {count}",
            ),
            (
                "Le partenaire les a sans doute relevés : ils passeront pour remis. Sinon, edigate deliveries resend.",
                "The partner has them, no doubt: they will count as handed over. Else edigate deliveries resend.",
            ),
        ),
        "schemas.unusable": Kind(
            _ERROR,
            ("schéma {place} inutilisable : {value}", "schema {place} cannot be used: {value}"),
            (
                "Réinstallez edigate et ses paquets, ou corrigez la table [schemas] d'edigate.toml.",
                "Install edigate and its packages again, or correct the table [schemas] of edigate.toml.",
            ),
        ),
        "antivirus.silent": Kind(
            _ERROR,
            (
                "l'antivirus {place} ne répond pas, les flux sont mis en attente : {value}",
                "the virus scanner at {place} does not answer, and flows are held: {value}",
            ),
            (
                "Démarrez clamd, donnez à ce compte l'accès à son socket, ou corrigez antivirus.socket.",
                "Start clamd, give this account access to its socket, or correct antivirus.socket.",
            ),
        ),
        "directory.none": Kind(
            _ERROR,
            ("aucun annuaire en vigueur : les flux sont mis en attente", "no directory is in force: flows are held"),
            ("Importez-en un : edigate directory import FICHIER", "Import one: edigate directory import FILE"),
        ),
        "directory.unusable": Kind(
            _ERROR,
            (
                "l'annuaire en vigueur ne se lit pas : {place}, {value}",
                "the directory in force cannot be read: {place}, {value}",
            ),
            (
                "Importez-le de nouveau, ou restaurez le fichier d'une sauvegarde.",
                "Import it again, or restore the file from a backup.",
            ),
        ),
        "directory.empty": Kind(
            _ERROR,
            (
                "l'annuaire en vigueur ne contient aucune structure active : {place}",
                "the directory in force holds no active structure: {place}",
            ),
            (
                "Importez l'annuaire entier : edigate directory import FICHIER",
                "Import the whole directory: edigate directory import FILE",
            ),
        ),
        "directory.old": Kind(
            _WARNING,
            ("l'annuaire en vigueur a {value} jours", "the directory in force is {value} days old"),
            (
                "Importez l'annuaire publié depuis : edigate directory import FICHIER",
                "Import the directory that was published since: edigate directory import FILE",
            ),
        ),
        "directory.in_force": Kind(
            _OK, ("annuaire {place} : {value} structures actives", "directory {place}: {value} active structures")
        ),
        "folder.missing": Kind(
            _WARNING,
            ("le dossier {place} n'existe pas", "the folder {place} is not there"),
            (
                "La passerelle le refait quand il lui sert ; un partenaire connecté ne le voit pas d'ici là.",
                "The gate makes it anew when it needs it; until then a partner does not see it.",
            ),
            ("dossier créé", "folder made"),
        ),
        "folder.no_folder": Kind(
            _ERROR,
            ("{place} n'est pas un dossier", "{place} is no folder"),
            ("Retirez ce qui occupe sa place.", "Take away what stands in its place."),
        ),
        "folder.unwritable": Kind(
            _ERROR,
            (
                "la passerelle n'a pas le droit de lire et d'écrire dans {place} (compte {value})",
                "the gate may not read and write in {place} (account {value})",
            ),
            (
                "Donnez ces droits à son compte, ou lancez la commande avec celui-ci.",
                "Give its account these rights, or give the command as that account.",
            ),
        ),
        "folder.mode": Kind(
            _WARNING,
            (
                "{place} a d'autres droits que les réglages : {value}",
                "{place} has other permissions than the settings say: {value}",
            ),
            ("outbox.folder_mode et outbox.group les fixent.", "outbox.folder_mode and outbox.group state them."),
            ("droits et groupe remis selon les réglages", "permissions and group set as the settings say"),
        ),
        "partners.none": Kind(
            _WARNING,
            ("aucun partenaire n'est actif", "no partner is active"),
            ("Ajoutez-en un : edigate partners add CODE …", "Add one: edigate partners add CODE …"),
        ),
        "partners.no_reader": Kind(
            _ERROR,
            (
                "personne ne reçoit les factures : aucun partenaire actif n'est abonné à FEN0036A",
                "nobody gets the invoices: no active partner subscribes to FEN0036A",
            ),
            (
                "Abonnez un destinataire ou un portail : edigate partners set CODE --receive FEN0036A",
                "Subscribe a recipient or a portal: edigate partners set CODE --receive FEN0036A",
            ),
        ),
        "partners.no_portal": Kind(
            _WARNING,
            (
                "aucun portail n'est actif : ce qu'aucun destinataire EDI ne peut recevoir est mis en attente",
                "no portal is active: what no EDI recipient can take is held",
            ),
            (
                "Ajoutez-en un : edigate partners add CODE --role portal",
                "Add one: edigate partners add CODE --role portal",
            ),
        ),
        "partners.portals": Kind(
            _ERROR,
            ("plusieurs partenaires sont des portails : {value}", "several partners are portals: {value}"),
            (
                "Gardez-en un seul : edigate partners suspend CODE",
                "Keep one of them only: edigate partners suspend CODE",
            ),
        ),
        "hostkey.none": Kind(
            _ERROR,
            (
                "aucune clé d'hôte acceptée pour {place}, serveur de {value} : rien n'y passe",
                "no host key is accepted of {place}, the server of {value}: nothing goes there",
            ),
            (
                "edigate hostkey show {place}, comparez avec le partenaire, puis edigate hostkey accept {place}",
                "edigate hostkey show {place}, compare with the partner, then edigate hostkey accept {place}",
            ),
        ),
        "hostkey.ending": Kind(
            _WARNING,
            (
                "la dernière clé d'hôte de {place} ne vaut que jusqu'au {value}",
                "the last host key of {place} counts until {value} only",
            ),
            (
                "Demandez la nouvelle au partenaire : edigate hostkey rotate {place}",
                "Ask the partner for the new one: edigate hostkey rotate {place}",
            ),
        ),
        "way.failing": Kind(
            _WARNING,
            ("la voie {place} est en échec depuis le {value}", "the way {place} has been failing since {value}"),
            (
                "La passerelle réessaie d'elle-même ; edigate partners test CODE dit ce qui ne va pas.",
                "The gate tries again by itself; edigate partners test CODE tells what is wrong.",
            ),
        ),
        "letters.dead": Kind(
            _ERROR,
            (
                "fichiers mis au rebut, plus présentés à leur partenaire : {count}",
                "dead letters, no longer offered to their partner: {count}",
            ),
            (
                "edigate deliveries list --state dead dit pourquoi ; edigate deliveries resend les représente.",
                "edigate deliveries list --state dead tells why; edigate deliveries resend offers them again.",
            ),
        ),
        "alerts.open": Kind(
            _WARNING,
            ("alertes ouvertes : {count}", "open alerts: {count}"),
            (
                "edigate alerts list les montre, avec ce qu'il y a à faire.",
                "edigate alerts list shows them, with what to do.",
            ),
        ),
        "disk.low": Kind(
            _ERROR,
            (
                "il ne reste que {value} Mo sur le disque : la passerelle ne prend plus de dépôts",
                "only {value} MB are left on the disk: the gate takes no more deposits",
            ),
            ("Faites de la place, ou abaissez engine.disk_free_bytes.", "Make room, or lower engine.disk_free_bytes."),
        ),
        "disk.inodes": Kind(
            _ERROR,
            ("il ne reste que {value} inodes sur le disque", "only {value} inodes are left on the disk"),
            (
                "Faites de la place : de nombreux petits fichiers les occupent.",
                "Make room: many small files take them up.",
            ),
        ),
        "disk.apart": Kind(
            _ERROR,
            (
                "{place} n'est pas sur le même système de fichiers que {value} : on ne peut pas y renommer de fichier",
                "{place} is not on the file system of {value}: no file can be renamed from one to the other",
            ),
            (
                "Mettez inbox, outbox et spool sur un même système de fichiers, sans montage entre eux.",
                "Have inbox, outbox and spool on one file system, with no mount between them.",
            ),
        ),
        "disk.free": Kind(_OK, ("{value} Mo libres sur le disque", "{value} MB free on the disk")),
        "clock.behind": Kind(
            _ERROR,
            (
                "l'horloge retarde : {place}, alors que le registre va jusqu'au {value}",
                "the clock is behind: {place}, while the ledger goes up to {value}",
            ),
            (
                "Mettez la machine à l'heure (NTP) avant de lancer la passerelle.",
                "Set the machine's time (NTP) before you start the gate.",
            ),
        ),
    }
)
