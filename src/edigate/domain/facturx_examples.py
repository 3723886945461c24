"""Why a Factur-X must be packed as it must, with examples (reference §7.7; invented figures)."""

from __future__ import annotations

from edigate.domain.example_rows import Example

FACTURX_EXAMPLES: dict[str, Example] = {
    "EDG-F060": Example(
        why_fr=(
            "Le PDF part tel quel au destinataire, comme facture d’origine : s’il faut le réparer pour le lire, ce "
            "n’est plus l’original."
        ),
        why_en=(
            "The PDF goes to the recipient as it is, as the original invoice: what must be repaired to be read is no "
            "longer the original."
        ),
        wrong="out/: 18423  in/: 12288",
        right="out/: 18423  in/: 18423",
    ),
    "EDG-F061": Example(
        why_fr=(
            "Le destinataire n’a pas le mot de passe, et l’archivage à long terme, raison d’être de PDF/A, exclut le "
            "chiffrement."
        ),
        why_en=(
            "The recipient does not have the password, and long-term archiving, which PDF/A is for, excludes "
            "encryption."
        ),
        wrong="trailer /Root 1 0 R /Encrypt 9 0 R",
        right="trailer /Root 1 0 R",
    ),
    "EDG-F062": Example(
        why_fr=(
            "La déclaration engage l’émetteur : le document s’affichera de même dans dix ans, durée de conservation "
            "des factures."
        ),
        why_en=(
            "The declaration binds the issuer: the document will look the same in ten years, as long as invoices are "
            "kept."
        ),
        wrong='<rdf:Description rdf:about=""/>',
        right=(
            '<rdf:Description rdf:about="">\n'
            "  <pdfaid:part>3</pdfaid:part>\n"
            "  <pdfaid:conformance>B</pdfaid:conformance>\n"
            "</rdf:Description>"
        ),
    ),
    "EDG-F063": Example(
        why_fr="Tout ce que le PDF dit de lui-même est dans ces métadonnées : illisibles, elles ne déclarent rien.",
        why_en="All that the PDF says of itself is in these metadata: where they cannot be read they declare nothing.",
        wrong="<pdfaid:part>3<pdfaid:part>",
        right="<pdfaid:part>3</pdfaid:part>",
    ),
    "EDG-F064": Example(
        why_fr=(
            "Seule la troisième partie de PDF/A permet d’embarquer un fichier XML ; PDF/A-1 l’interdit, PDF/A-2 le "
            "limite."
        ),
        why_en="Only the third part of PDF/A lets an XML file be embedded; PDF/A-1 forbids it, PDF/A-2 limits it.",
        wrong="<pdfaid:part>1</pdfaid:part>",
        right="<pdfaid:part>3</pdfaid:part>",
    ),
    "EDG-F065": Example(
        why_fr=(
            "Un PDF simple ne se lit qu’à l’œil : sur cette interface, ce sont les données embarquées qui sont "
            "intégrées."
        ),
        why_en="A plain PDF is read by the eye alone: on this interface the embedded data are what is taken in.",
        wrong="/Root << /Type /Catalog /Pages 2 0 R >>",
        right="/Root << /Type /Catalog /Pages 2 0 R /AF [7 0 R] /Names << /EmbeddedFiles 8 0 R >> >>",
    ),
    "EDG-F066": Example(
        why_fr="Le nom est le seul signe auquel un logiciel reconnaît la facture parmi les fichiers embarqués.",
        why_en="The name is the only sign by which software tells the invoice among the embedded files.",
        wrong="/UF (zugferd-invoice.xml)",
        right="/UF (factur-x.xml)",
    ),
    "EDG-F067": Example(
        why_fr="Une commande annonce un achat, une facture en demande le paiement : la première ne crée pas de dette.",
        why_en="An order announces a purchase, an invoice asks to be paid for it: the former makes no debt.",
        wrong="/UF (order-x.xml)",
        right="/UF (factur-x.xml)",
    ),
    "EDG-F068": Example(
        why_fr=(
            "La relation dit si le XML vaut le PDF ou n’en est qu’un complément ; sans elle, on ne sait lequel fait "
            "foi."
        ),
        why_en=(
            "The relationship says whether the XML equals the PDF or merely goes with it; without it nobody knows "
            "which holds."
        ),
        wrong="/AFRelationship /Supplement",
        right="/AFRelationship /Data",
    ),
    "EDG-F069": Example(
        why_fr=(
            "Deux jeux de données pour un seul PDF, ce sont peut-être deux montants : personne ne doit choisir à la "
            "place du fournisseur."
        ),
        why_en="Two sets of data for one PDF may be two amounts: nobody is to choose for the supplier.",
        wrong=("factur-x.xml   6204\nfactur-x.xml   6311"),
        right="factur-x.xml   6204",
    ),
    "EDG-F070": Example(
        why_fr="Sans données, il ne reste que l’image de la facture, que le destinataire ne peut pas intégrer.",
        why_en="Without data only the picture of the invoice remains, which the recipient cannot take in.",
        wrong="factur-x.xml      0",
        right="factur-x.xml   6204",
    ),
    "EDG-F071": Example(
        why_fr="Les données sont décompressées en mémoire chez tous ceux qui lisent la facture.",
        why_en="The data are unpacked into the memory of everyone who reads the invoice.",
        wrong="factur-x.xml   120000000",
        right="factur-x.xml        6204",
    ),
    "EDG-F072": Example(
        why_fr=(
            "Un filtre d’image ou inconnu n’a pas de sens pour un fichier XML, et un flux abîmé en perdrait une partie."
        ),
        why_en=(
            "A filter for pictures, or an unknown one, makes no sense for an XML file, and of a damaged stream a part "
            "would be lost."
        ),
        wrong="/Filter /JBIG2Decode",
        right="/Filter /FlateDecode",
    ),
    "EDG-F073": Example(
        why_fr=(
            "Les lecteurs de PDF cherchent la facture dans l’une ou l’autre liste : qui ne regarde que l’autre ne la "
            "trouve pas."
        ),
        why_en=(
            "Readers of PDF look for the invoice in one list or the other: whoever looks in the other alone does not "
            "find it."
        ),
        wrong="/AF [7 0 R]",
        right="/AF [7 0 R] /Names << /EmbeddedFiles 8 0 R >>",
    ),
    "EDG-F074": Example(
        why_fr="Les archives cherchent le fichier sous le nom que les métadonnées donnent.",
        why_en="Archives look for the file under the name that the metadata give.",
        wrong="<fx:DocumentFileName>facture.xml</fx:DocumentFileName>",
        right="<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
    ),
    "EDG-F075": Example(
        why_fr=(
            "Le profil annonce quelles données attendre : un lecteur qui s’y fie en cherchera qui n’y sont pas, ou en "
            "ignorera."
        ),
        why_en=(
            "The profile announces which data to expect: a reader that trusts it looks for some that are not there, or "
            "misses some."
        ),
        wrong="<fx:ConformanceLevel>BASIC</fx:ConformanceLevel>",
        right="<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
    ),
    "EDG-F076": Example(
        why_fr="Ces métadonnées sont la carte de visite du Factur-X, lue sans ouvrir le fichier embarqué.",
        why_en="These metadata are the visiting card of a Factur-X, read without opening the embedded file.",
        wrong='<rdf:Description rdf:about=""/>',
        right=(
            '<rdf:Description rdf:about="">\n'
            "  <fx:DocumentType>INVOICE</fx:DocumentType>\n"
            "  <fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>\n"
            "  <fx:Version>1.0</fx:Version>\n"
            "  <fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>\n"
            "</rdf:Description>"
        ),
    ),
    "EDG-F077": Example(
        why_fr="Un écart que l’un tolère, un autre le refuse : le destinataire pourrait ne pas ouvrir la facture.",
        why_en="What one reader tolerates another refuses: the recipient might not be able to open the invoice.",
        wrong="6 0 obj << /Length 0 >> stream q 1 0 0 1 0 0 cm Q endstream",
        right="6 0 obj << /Length 18 >> stream q 1 0 0 1 0 0 cm Q endstream",
    ),
}
