"""Signing PDFs (PAdES baseline B, ISO 32000-2): pages are added behind a content, and all of it is signed.

What was there stays byte for byte at the beginning: whoever cuts it off has the document that was shown to signers.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from cryptography.hazmat.primitives import serialization
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from engine.kernel.problems import EngineError
from engine.sealing import problems
from engine.sealing.authority import Authority

FIELD: Final = "Youju"
_BROKEN: Final = (PdfError, SigningError, ValueError, KeyError, IndexError, TypeError)
"""What a PDF that is damaged, or encrypted, ends in."""


def with_pages(content: bytes, pages: bytes) -> bytes:
    """Return a PDF with the pages of another one behind its own, written behind its last byte.

    EngineError (SEAL-001) where one of the two cannot be read.
    """
    try:
        writer, added = IncrementalPdfFileWriter(io.BytesIO(content)), PdfFileReader(io.BytesIO(pages))
        for number in range(int(added.root["/Pages"]["/Count"])):
            drawn = writer.import_page_as_xobject(added, number)
            box = generic.ArrayObject(drawn.get_object()["/BBox"])
            shown = generic.StreamObject(stream_data=b"q /Page Do Q")
            resources = {pdf_name("/XObject"): generic.DictionaryObject({pdf_name("/Page"): drawn})}
            page = PageObject(
                contents=writer.add_object(shown), media_box=box, resources=generic.DictionaryObject(resources)
            )
            writer.insert_page(page)
        target = io.BytesIO()
        writer.write(target)
    except _BROKEN as error:
        raise EngineError(problems.NOT_SEALABLE.at(why=str(error)[:200])) from error
    return target.getvalue()


def sealed(content: bytes, authority: Authority, reason: str) -> bytes:
    """Return a PDF with a signature over all of it, after which nothing may be changed.

    EngineError (SEAL-001) where it cannot be read.
    """
    [certificate] = load_certs_from_pemder_data(authority.certificate.public_bytes(serialization.Encoding.DER))
    signer = SimpleSigner(
        signing_cert=certificate,
        signing_key=load_private_key_from_pemder_data(_der(authority), None),
        cert_registry=SimpleCertificateStore.from_certs(load_certs_from_pemder_data(authority.root_pem)),
    )
    said = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        name="Youju",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        # In a thread of its own: it runs a loop of asyncio, of which a thread has one at most.
        with ThreadPoolExecutor(1) as alone:
            target = alone.submit(PdfSigner(said, signer=signer).sign_pdf, writer).result()
    except _BROKEN as error:
        raise EngineError(problems.NOT_SEALABLE.at(why=str(error)[:200])) from error
    return bytes(target.getvalue())


def pages_of(content: bytes) -> int:
    """Return how many pages a PDF has; EngineError (SEAL-001) where it cannot be read."""
    try:
        return int(PdfFileReader(io.BytesIO(content)).root["/Pages"]["/Count"])
    except _BROKEN as error:
        raise EngineError(problems.NOT_SEALABLE.at(why=str(error)[:200])) from error


def _der(authority: Authority) -> bytes:
    return authority.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
