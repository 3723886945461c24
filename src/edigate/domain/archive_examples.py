"""Why an archive must be made as it must, with examples (reference §4.2, §4.3; invented figures)."""

from __future__ import annotations

from edigate.domain.example_rows import Example

ARCHIVE_EXAMPLES: dict[str, Example] = {
    "EDG-F030": Example(
        why_fr=(
            "Gzip ne compresse qu’une suite d’octets sans nom : seule l’archive tar qu’il contient sépare et nomme les "
            "documents."
        ),
        why_en="Gzip packs one nameless run of bytes: only the tar inside it parts the documents and names them.",
        wrong="gzip -c facture-1.xml > FSO1116A_ABC123_ABC1231116000000000000042",
        right="tar -czf FSO1116A_ABC123_ABC1231116000000000000042 facture-1.xml facture-2.xml",
    ),
    "EDG-F031": Example(
        why_fr=(
            "Une archive tronquée peut avoir perdu des factures entières : intégrer le reste laisserait croire "
            "qu’elles sont toutes arrivées."
        ),
        why_en=(
            "An archive cut short may have lost whole invoices: taking the rest would make believe that all arrived."
        ),
        wrong="out/: 18423  in/: 12288",
        right="out/: 18423  in/: 18423",
    ),
    "EDG-F032": Example(
        why_fr=(
            "Les sommes de contrôle prouvent que rien n’a changé en route ; sans elles, un montant altéré passerait "
            "inaperçu."
        ),
        why_en="Checksums prove that nothing changed on the way; without them an altered amount would pass unnoticed.",
        wrong=("ftp> ascii\nftp> put FSO1116A_ABC123_ABC1231116000000000000042"),
        right=("ftp> binary\nftp> put FSO1116A_ABC123_ABC1231116000000000000042"),
    ),
    "EDG-F033": Example(
        why_fr=(
            "Ce qui précède ou suit l’archive n’est vu que de certains logiciels : deux lecteurs y trouveraient deux "
            "contenus."
        ),
        why_en=(
            "What stands before or behind an archive is seen by some programs only: two readers would find two "
            "contents."
        ),
        wrong="cat factures.tar.gz signature.xml > FSO1116A_ABC123_ABC1231116000000000000042",
        right="tar -czf FSO1116A_ABC123_ABC1231116000000000000042 facture-1.xml signature.xml",
    ),
    "EDG-F034": Example(
        why_fr=(
            "Un ZIP décrit chaque fichier deux fois ; si les deux descriptions diffèrent, la facture contrôlée n’est "
            "peut-être pas celle qui sera lue."
        ),
        why_en=(
            "A ZIP describes each file twice; where the two differ, the invoice that is checked may not be the one "
            "that is read."
        ),
        wrong=("0x00000000 local header: facture-1.xml\n0x00001f40 central directory: avoir-1.xml"),
        right=("0x00000000 local header: facture-1.xml\n0x00001f40 central directory: facture-1.xml"),
    ),
    "EDG-F035": Example(
        why_fr="Ni les contrôles ni le destinataire n’ont le mot de passe : un fichier chiffré arrive muet.",
        why_en="Neither the checks nor the recipient have the password: an encrypted file arrives mute.",
        wrong="zip --encrypt flux.zip facture-1.xml",
        right="zip flux.zip facture-1.xml",
    ),
    "EDG-F036": Example(
        why_fr="Les variantes rares du ZIP ne s’ouvrent pas partout ; « deflate » se lit sur toutes les machines.",
        why_en="Rare variants of ZIP do not open everywhere; “deflate” is read on every machine.",
        wrong="zip -Z bzip2 flux.zip facture-1.xml",
        right="zip -Z deflate flux.zip facture-1.xml",
    ),
    "EDG-F037": Example(
        why_fr=(
            "Un lien ou un périphérique désigne autre chose que le contenu de l’archive, jusqu’à un fichier de la "
            "machine qui la lit."
        ),
        why_en=(
            "A link or a device points at something else than the archive’s content, be it a file of the machine that "
            "reads it."
        ),
        wrong="lrwxrwxrwx facture-1.xml -> /srv/export/42.xml",
        right="-rw-r----- facture-1.xml",
    ),
    "EDG-F038": Example(
        why_fr=(
            "Un nom qui remonte les dossiers pourrait, à l’extraction, écraser un fichier ailleurs ; un nom simple ne "
            "le peut pas."
        ),
        why_en="A name that climbs up the folders could overwrite a file elsewhere when unpacked; a plain name cannot.",
        wrong="../facture-1.xml",
        right="facture-1.xml",
    ),
    "EDG-F039": Example(
        why_fr="Les comptes-rendus nomment le fichier sans son dossier : deux factures de même nom s’y confondraient.",
        why_en="Reports name the file without its folder: two invoices of the same name would be confused there.",
        wrong="mars/facture-1.xml",
        right="facture-1.xml",
    ),
    "EDG-F040": Example(
        why_fr=(
            "Un nom doit désigner un seul fichier, même sur un système qui ne distingue pas les majuscules : sinon "
            "l’un efface l’autre."
        ),
        why_en="A name must mean one file, even on a system that knows no capitals: otherwise one wipes out the other.",
        wrong=("facture-1.xml\nFacture-1.XML"),
        right=("facture-1.xml\nfacture-2.xml"),
    ),
    "EDG-F041": Example(
        why_fr=(
            "Un fichier vide dans une archive est une facture qui manque : mieux vaut l’apprendre avant d’attendre son "
            "paiement."
        ),
        why_en=(
            "An empty file in an archive is an invoice that is missing: better to learn of it before waiting to be "
            "paid."
        ),
        wrong="facture-1.xml       0",
        right="facture-1.xml   18423",
    ),
    "EDG-F042": Example(
        why_fr=(
            "La limite vaut pour le fichier extrait, car c’est lui que le destinataire et ses outils doivent ouvrir."
        ),
        why_en="The limit holds for the unpacked file, as that is what the recipient’s tools must open.",
        wrong="facture-1.xml   120000000",
        right="facture-1.xml     9000000",
    ),
    "EDG-F043": Example(
        why_fr=(
            "Tous les fichiers d’un flux ont la même nature : un fichier d’un autre type n’aurait ni règle, ni "
            "destinataire."
        ),
        why_en=(
            "All files of a flow are of one nature: a file of another type would have neither rules nor a recipient."
        ),
        wrong=("facture-1.xml\nbon-de-livraison.pdf"),
        right=("facture-1.xml\nfacture-2.xml"),
    ),
    "EDG-F044": Example(
        why_fr="Des milliers de petites entrées occupent une machine aussi sûrement qu’un gros fichier.",
        why_en="Thousands of small entries occupy a machine as surely as one large file.",
        wrong=("tar -tzf FSO1116A_ABC123_ABC1231116000000000000042 | wc -l\n2001"),
        right=("tar -tzf FSO1116A_ABC123_ABC1231116000000000000042 | wc -l\n500"),
    ),
    "EDG-F045": Example(
        why_fr=(
            "Un document contient au moins une facture : plus de documents que de factures permises ne peuvent pas "
            "tenir dans un flux."
        ),
        why_en="A document holds at least one invoice: more documents than invoices allowed cannot fit one flow.",
        wrong=("tar -tzf FSO1116A_ABC123_ABC1231116000000000000042 | grep -c xml\n501"),
        right=("tar -tzf FSO1116A_ABC123_ABC1231116000000000000042 | grep -c xml\n500"),
    ),
    "EDG-F046": Example(
        why_fr="Le contenu extrait, et non l’archive compressée, doit tenir dans les systèmes de ceux qui le traitent.",
        why_en="What is unpacked, not the packed archive, must fit into the systems of those who process it.",
        wrong="tar.gz: 900000000  tar: 4200000000",
        right="tar.gz: 200000000  tar: 900000000",
    ),
    "EDG-F047": Example(
        why_fr=(
            "Un taux démesuré est la marque d’une archive faite pour saturer les machines ; des factures ordinaires "
            "n’y arrivent pas."
        ),
        why_en=(
            "An excessive ratio marks an archive that is made to fill machines up; ordinary invoices never get there."
        ),
        wrong="tar.gz: 100000  tar: 50000000",
        right="tar.gz: 2000000  tar: 16000000",
    ),
    "EDG-F048": Example(
        why_fr="Chaque niveau d’archive cache son contenu au précédent : les contrôles s’y perdraient sans fin.",
        why_en="Each level of archives hides its content from the one before: checks would get lost without end.",
        wrong=("facture-1.xml\nlot-2.tar.gz"),
        right=("facture-1.xml\nfacture-2.xml"),
    ),
    "EDG-F049": Example(
        why_fr="Un flux sans document n’a rien à intégrer : le fournisseur croirait avoir facturé.",
        why_en="A flow without a document has nothing to take in: its supplier would believe to have invoiced.",
        wrong="facture-1.xml.xades",
        right=("facture-1.xml\nfacture-1.xml.xades"),
    ),
}
