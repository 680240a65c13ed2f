"""X.509 certificates and requests, read and shown as Go's crypto/x509 does (as JSON), and chains verified."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from gatewright.builtins import _der as der
from gatewright.builtins._der import DerError, Element
from gatewright.builtins._url import UrlError, parse_url
from gatewright.records import field, record

OidTuple = tuple[int, ...]

_SIGNATURES: Final[dict[str, int]] = {
    "1.2.840.113549.1.1.2": 1,
    "1.2.840.113549.1.1.4": 2,
    "1.2.840.113549.1.1.5": 3,
    "1.2.840.113549.1.1.11": 4,
    "1.2.840.113549.1.1.12": 5,
    "1.2.840.113549.1.1.13": 6,
    "1.2.840.10040.4.3": 7,
    "2.16.840.1.101.3.4.3.2": 8,
    "1.2.840.10045.4.1": 9,
    "1.2.840.10045.4.3.2": 10,
    "1.2.840.10045.4.3.3": 11,
    "1.2.840.10045.4.3.4": 12,
    "1.3.101.112": 16,
}
# Signatures that Go no longer accepts: MD2, MD5, SHA-1, DSA.
_INSECURE: Final = frozenset({0, 1, 2, 3, 7, 8, 9})
_PSS: Final = "1.2.840.113549.1.1.10"
_PSS_BY_HASH: Final = {"2.16.840.1.101.3.4.2.1": 13, "2.16.840.1.101.3.4.2.2": 14, "2.16.840.1.101.3.4.2.3": 15}
_KEYS: Final = {"1.2.840.113549.1.1.1": 1, "1.2.840.10040.4.1": 2, "1.2.840.10045.2.1": 3, "1.3.101.112": 4}
_NAME_LISTS: Final = {
    6: "Country",
    7: "Locality",
    8: "Province",
    9: "StreetAddress",
    10: "Organization",
    11: "OrganizationalUnit",
    17: "PostalCode",
}
_USAGES: Final[dict[OidTuple, int]] = {
    (2, 5, 29, 37, 0): 0,
    **{(1, 3, 6, 1, 5, 5, 7, 3, n): n for n in range(1, 10)},
    (1, 3, 6, 1, 4, 1, 311, 10, 3, 3): 10,
    (2, 16, 840, 1, 113730, 4, 1): 11,
    (1, 3, 6, 1, 4, 1, 311, 2, 1, 22): 12,
    (1, 3, 6, 1, 4, 1, 311, 61, 1, 1): 13,
}
_ANY_USAGE, _SERVER_AUTH = 0, 1
_CERT_SIGN: Final = 1 << 5
_MALFORMED: Final = "x509: malformed certificate"


class X509Error(ValueError):
    """Bytes that are no certificate or request, or a chain that does not hold."""


@record(slots=True)
class Certificate:
    """A certificate: its JSON form, and what verifying a chain needs of it."""

    raw: bytes
    fields: dict[str, Any]
    issuer: bytes
    subject: bytes
    not_before: datetime
    not_after: datetime
    uris: list[str] = field(default_factory=list)

    def shown(self, *, uri_strings: bool) -> dict[str, Any]:
        """The JSON form, with OPA's own `URIStrings` on request."""
        if not uri_strings:
            return self.fields
        return {**self.fields, "URIStrings": self.uris or None}


def parse_certificates(data: bytes) -> list[Certificate]:
    """Certificates one after the other. Raises X509Error."""
    try:
        return [_certificate(element) for element in der.elements(data)]
    except (DerError, ValueError, IndexError):
        raise X509Error(_MALFORMED) from None


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _certificate(element: Element) -> Certificate:
    tbs, algorithm, signature = element.expect(der.SEQUENCE).children()
    parts = tbs.expect(der.SEQUENCE).children()
    version = 1
    if parts[0].tag == 0xA0:
        version = parts.pop(0).children()[0].integer() + 1
    serial, _, issuer, validity, subject, key = parts[:6]
    not_before, not_after = map(_time, validity.children())
    fields = _no_extensions() | {
        "Raw": _b64(element.raw),
        "RawTBSCertificate": _b64(tbs.raw),
        "RawSubjectPublicKeyInfo": _b64(key.raw),
        "RawSubject": _b64(subject.raw),
        "RawIssuer": _b64(issuer.raw),
        "Signature": _b64(signature.bits()),
        "SignatureAlgorithm": _signature_algorithm(algorithm),
        "PublicKeyAlgorithm": _key_algorithm(key),
        "PublicKey": _public_key(key),
        "Version": version,
        "SerialNumber": serial.integer(),
        "Issuer": _name(issuer),
        "Subject": _name(subject),
        "NotBefore": _rfc3339(not_before),
        "NotAfter": _rfc3339(not_after),
    }
    certificate = Certificate(element.raw, fields, issuer.raw, subject.raw, not_before, not_after)
    for part in parts[6:]:
        if part.tag == 0xA3:
            certificate.uris = _read_extensions(part.children()[0], fields)
    return certificate


def _no_extensions() -> dict[str, Any]:
    """The fields that extensions fill, empty."""
    lists = [
        "AuthorityKeyId",
        "CRLDistributionPoints",
        "DNSNames",
        "EmailAddresses",
        "ExcludedDNSDomains",
        "ExcludedEmailAddresses",
        "ExcludedIPRanges",
        "ExcludedURIDomains",
        "ExtKeyUsage",
        "Extensions",
        "ExtraExtensions",
        "IPAddresses",
        "IssuingCertificateURL",
        "OCSPServer",
        "PermittedDNSDomains",
        "PermittedEmailAddresses",
        "PermittedIPRanges",
        "PermittedURIDomains",
        "Policies",
        "PolicyIdentifiers",
        "PolicyMappings",
        "SubjectKeyId",
        "URIs",
        "UnhandledCriticalExtensions",
        "UnknownExtKeyUsage",
    ]
    flags = [
        "BasicConstraintsValid",
        "InhibitAnyPolicyZero",
        "InhibitPolicyMappingZero",
        "IsCA",
        "MaxPathLenZero",
        "PermittedDNSDomainsCritical",
        "RequireExplicitPolicyZero",
    ]
    numbers = ["InhibitAnyPolicy", "InhibitPolicyMapping", "KeyUsage", "MaxPathLen", "RequireExplicitPolicy"]
    return {**dict.fromkeys(lists), **dict.fromkeys(flags, False), **dict.fromkeys(numbers, 0)}


def _dotted(oid: OidTuple) -> str:
    return ".".join(map(str, oid))


def _signature_algorithm(element: Element) -> int:
    parts = element.children()
    oid = _dotted(parts[0].oid())
    if oid == _PSS and len(parts) > 1:
        for parameter in parts[1].children():
            if parameter.tag == 0xA0:
                return _PSS_BY_HASH.get(_dotted(parameter.children()[0].children()[0].oid()), 0)
    return _SIGNATURES.get(oid, 0)


def _key_algorithm(key: Element) -> int:
    return _KEYS.get(_dotted(key.children()[0].children()[0].oid()), 0)


def _public_key(key: Element) -> Any:
    bits = key.children()[1].bits()
    match _key_algorithm(key):
        case 1:
            modulus, exponent = der.element_at(bits).children()
            return {"N": modulus.integer(), "E": exponent.integer()}
        case 3:
            half = (len(bits) - 1) // 2
            x, y = bits[1 : 1 + half], bits[1 + half :]
            return {"Curve": {}, "X": int.from_bytes(x, "big"), "Y": int.from_bytes(y, "big")}
        case 4:
            return _b64(bits)
    return None


def _name(element: Element) -> dict[str, Any]:
    name: dict[str, Any] = {**dict.fromkeys(_NAME_LISTS.values()), "SerialNumber": "", "CommonName": ""}
    names = []
    for rdn in element.children():
        for attribute in rdn.children():
            oid, value = attribute.children()[0].oid(), attribute.children()[1].text()
            names.append({"Type": list(oid), "Value": value})
            if len(oid) != 4 or oid[:3] != (2, 5, 4):
                continue
            if oid[3] == 3:
                name["CommonName"] = value
            elif oid[3] == 5:
                name["SerialNumber"] = value
            elif oid[3] in _NAME_LISTS:
                listed = _NAME_LISTS[oid[3]]
                name[listed] = [*(name[listed] or []), value]
    return {**name, "Names": names or None, "ExtraNames": None}


def _time(element: Element) -> datetime:
    text = element.content.decode("ascii")
    if element.tag == 0x17:  # UTCTime
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# Extensions ---------------------------------------------------------------------------------------------------------


def _read_extensions(element: Element, fields: dict[str, Any]) -> list[str]:
    """Fills the fields; the URIs of the alternative names come back as text."""
    shown, unhandled, uris = [], [], []
    for extension in element.children():
        parts = extension.children()
        oid, critical, value = parts[0].oid(), len(parts) > 2 and parts[1].content != b"\0", parts[-1].content
        shown.append({"Id": list(oid), "Critical": critical, "Value": _b64(value)})
        if oid == (2, 5, 29, 17):
            uris = _alternative_names(value, fields)
        elif oid in _READERS:
            _READERS[oid](value, fields)
        elif critical:
            unhandled.append(list(oid))
    fields["Extensions"] = shown or None
    fields["UnhandledCriticalExtensions"] = unhandled or None
    return uris


def _alternative_names(value: bytes, fields: dict[str, Any]) -> list[str]:
    emails, names, addresses, uris = [], [], [], []
    for name in der.element_at(value).children():
        match name.tag & 0x1F:
            case 1:
                emails.append(name.text())
            case 2:
                names.append(name.text())
            case 6:
                uris.append(name.text())
            case 7:
                addresses.append(str(ipaddress.ip_address(name.content)))
    fields["EmailAddresses"], fields["DNSNames"] = emails or None, names or None
    fields["IPAddresses"], fields["URIs"] = addresses or None, [_shown_uri(uri) for uri in uris] or None
    return uris


def _shown_uri(text: str) -> dict[str, Any]:
    """A URL as Go shows one as JSON."""
    try:
        url = parse_url(text)
    except UrlError as error:
        raise X509Error(f"x509: cannot parse URI {text!r}: {error}") from None
    _scheme, _, rest = text.partition(":")
    opaque = rest.partition("?")[0].partition("#")[0] if url.scheme and not rest.startswith("/") else ""
    return {
        "Scheme": url.scheme,
        "Opaque": opaque,
        "User": None,
        "Host": url.host,
        "Path": url.path,
        "Fragment": url.fragment,
        "RawQuery": url.raw_query,
        "RawPath": url.raw_path if url.raw_path != url.path else "",
        "RawFragment": "",
        "ForceQuery": text.endswith("?") and text.count("?") == 1,
        "OmitHost": bool(url.scheme and rest.startswith("/") and not rest.startswith("//")),
    }


def _key_usage(value: bytes, fields: dict[str, Any]) -> None:
    bits = der.element_at(value).bits()
    fields["KeyUsage"] = sum(1 << i for i in range(9) if i // 8 < len(bits) and bits[i // 8] >> (7 - i % 8) & 1)


def _basic_constraints(value: bytes, fields: dict[str, Any]) -> None:
    fields |= {"BasicConstraintsValid": True, "MaxPathLen": -1}
    for part in der.element_at(value).children():
        if part.tag == der.BOOLEAN:
            fields["IsCA"] = part.content != b"\0"
        else:
            fields["MaxPathLen"] = part.integer()
    fields["MaxPathLenZero"] = fields["MaxPathLen"] == 0


def _extended_usage(value: bytes, fields: dict[str, Any]) -> None:
    oids = [part.oid() for part in der.element_at(value).children()]
    fields["ExtKeyUsage"] = [_USAGES[oid] for oid in oids if oid in _USAGES] or None
    fields["UnknownExtKeyUsage"] = [list(oid) for oid in oids if oid not in _USAGES] or None


def _subject_key(value: bytes, fields: dict[str, Any]) -> None:
    fields["SubjectKeyId"] = _b64(der.element_at(value).content)


def _authority_key(value: bytes, fields: dict[str, Any]) -> None:
    for part in der.element_at(value).children():
        if part.tag == 0x80:
            fields["AuthorityKeyId"] = _b64(part.content)


def _authority_access(value: bytes, fields: dict[str, Any]) -> None:
    for description in der.element_at(value).children():
        method, location = description.children()
        name = {1: "OCSPServer", 2: "IssuingCertificateURL"}.get(method.oid()[-1])
        if name and location.tag == 0x86:
            fields[name] = [*(fields[name] or []), location.text()]


def _revocation_lists(value: bytes, fields: dict[str, Any]) -> None:
    points = []
    for point in der.element_at(value).children():
        for part in point.children():
            if part.tag == 0xA0:
                full = [name for child in part.children() if child.tag == 0xA0 for name in child.children()]
                points += [name.text() for name in full if name.tag == 0x86]
    fields["CRLDistributionPoints"] = points or None


def _policies(value: bytes, fields: dict[str, Any]) -> None:
    oids = [policy.children()[0].oid() for policy in der.element_at(value).children()]
    fields["Policies"] = [_dotted(oid) for oid in oids] or None
    fields["PolicyIdentifiers"] = [list(oid) for oid in oids] or None


def _name_constraints(value: bytes, fields: dict[str, Any]) -> None:
    for subtrees in der.element_at(value).children():
        prefix = "Permitted" if subtrees.tag == 0xA0 else "Excluded"
        for subtree in subtrees.children():
            base = subtree.children()[0]
            kind = {1: "EmailAddresses", 2: "DNSDomains", 6: "URIDomains", 7: "IPRanges"}.get(base.tag & 0x1F)
            if kind is None:
                continue
            half = len(base.content) // 2
            shown: Any = base.text()
            if kind == "IPRanges":
                address = str(ipaddress.ip_address(base.content[:half]))
                shown = {"IP": address, "Mask": _b64(base.content[half:])}
            fields[prefix + kind] = [*(fields[prefix + kind] or []), shown]


def _ignored(value: bytes, fields: dict[str, Any]) -> None:
    """Extensions that Go reads for verification alone."""


_READERS: Final[dict[OidTuple, Callable[[bytes, dict[str, Any]], None]]] = {
    (1, 3, 6, 1, 5, 5, 7, 1, 1): _authority_access,
    (2, 5, 29, 14): _subject_key,
    (2, 5, 29, 15): _key_usage,
    (2, 5, 29, 19): _basic_constraints,
    (2, 5, 29, 30): _name_constraints,
    (2, 5, 29, 31): _revocation_lists,
    (2, 5, 29, 32): _policies,
    (2, 5, 29, 33): _ignored,
    (2, 5, 29, 35): _authority_key,
    (2, 5, 29, 36): _ignored,
    (2, 5, 29, 37): _extended_usage,
    (2, 5, 29, 54): _ignored,
}


# Requests -----------------------------------------------------------------------------------------------------------

_EXTENSION_REQUEST: Final = (1, 2, 840, 113549, 1, 9, 14)


def parse_request(data: bytes) -> dict[str, Any]:
    """A certificate signing request in its JSON form. Raises X509Error."""
    try:
        return _request(der.element_at(data))
    except (DerError, ValueError, IndexError):
        raise X509Error("asn1: structure error: tags don't match") from None


def _request(element: Element) -> dict[str, Any]:
    info, algorithm, signature = element.expect(der.SEQUENCE).children()
    version, subject, key, *rest = info.expect(der.SEQUENCE).children()
    fields = _no_extensions()
    attributes = rest[0].children() if rest else []
    for attribute in attributes:
        parts = attribute.children()
        if parts[0].oid() == _EXTENSION_REQUEST:
            _read_extensions(parts[1].children()[0], fields)
    kept = ("DNSNames", "EmailAddresses", "Extensions", "ExtraExtensions", "IPAddresses", "URIs")
    return {name: fields[name] for name in kept} | {
        "Attributes": [_attribute(attribute) for attribute in attributes] or None,
        "PublicKey": _public_key(key),
        "PublicKeyAlgorithm": _key_algorithm(key),
        "Raw": _b64(element.raw),
        "RawSubject": _b64(subject.raw),
        "RawSubjectPublicKeyInfo": _b64(key.raw),
        "RawTBSCertificateRequest": _b64(info.raw),
        "Signature": _b64(signature.bits()),
        "SignatureAlgorithm": _signature_algorithm(algorithm),
        "Subject": _name(subject),
        "Version": version.integer(),
    }


def _attribute(attribute: Element) -> dict[str, Any]:
    oid, values = attribute.children()
    shown = []
    for value in values.children():
        if value.tag != der.SEQUENCE:
            continue
        entries = []
        for entry in value.children():
            parts = entry.children()
            entries.append({"Type": list(parts[0].oid()), "Value": _b64(parts[-1].content)})
        shown.append(entries)
    return {"Type": list(oid.oid()), "Value": shown}


# Chains -------------------------------------------------------------------------------------------------------------


@record(frozen=True, slots=True)
class VerifyOptions:
    """What a chain must meet; no usages means server authentication."""

    now: datetime
    dns_name: str = ""
    usages: tuple[int, ...] = ()


def verify_chain(certificates: Sequence[Certificate], options: VerifyOptions) -> list[Certificate]:
    """The chain from the last certificate to the first, which is trusted. Raises X509Error."""
    if len(certificates) < 2:
        raise X509Error("must supply at least two certificates to be able to verify")
    root, *intermediates, leaf = certificates
    if leaf.fields["UnhandledCriticalExtensions"]:
        raise X509Error("x509: unhandled critical extension")
    _check_validity(leaf, options.now)
    if options.dns_name:
        _check_host(leaf, options.dns_name)
    if leaf.raw == root.raw:
        return [leaf]
    chain = _build(leaf, root, intermediates, options, [leaf])
    if chain is None:
        raise X509Error("x509: certificate signed by unknown authority")
    if not _usages_hold(chain, options.usages or (_SERVER_AUTH,)):
        raise X509Error("x509: certificate specifies an incompatible key usage")
    return chain


def _build(
    child: Certificate,
    root: Certificate,
    intermediates: Sequence[Certificate],
    options: VerifyOptions,
    chain: list[Certificate],
) -> list[Certificate] | None:
    """The chain on from a certificate: its issuer is the root, or an intermediate not used yet."""
    if _issued(child, root, len(chain) - 1, options):
        return [*chain, root]
    for parent in intermediates:
        if parent in chain or not (parent.fields["BasicConstraintsValid"] and parent.fields["IsCA"]):
            continue
        if _issued(child, parent, len(chain) - 1, options):
            found = _build(parent, root, intermediates, options, [*chain, parent])
            if found is not None:
                return found
    return None


def _issued(child: Certificate, parent: Certificate, below: int, options: VerifyOptions) -> bool:
    """May the parent sign, and did it? `below` counts the intermediates between parent and leaf."""
    fields = parent.fields
    if child.issuer != parent.subject or child.fields["SignatureAlgorithm"] in _INSECURE:
        return False
    if (fields["Version"] == 3 and not fields["BasicConstraintsValid"]) or (
        fields["BasicConstraintsValid"] and not fields["IsCA"]
    ):
        return False
    if fields["KeyUsage"] and not fields["KeyUsage"] & _CERT_SIGN:
        return False
    if fields["BasicConstraintsValid"] and 0 <= fields["MaxPathLen"] < below:
        return False
    try:
        _check_validity(parent, options.now)
    except X509Error:
        return False
    return _signed_by(child, parent)


def _signed_by(child: Certificate, parent: Certificate) -> bool:
    import warnings

    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about certificates that are not quite as they should be
        try:
            signer = x509.load_der_x509_certificate(parent.raw)
            x509.load_der_x509_certificate(child.raw).verify_directly_issued_by(signer)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
            return False
    return True


def _check_validity(certificate: Certificate, now: datetime) -> None:
    if now < certificate.not_before or now > certificate.not_after:
        raise X509Error("x509: certificate has expired or is not yet valid")


def _check_host(certificate: Certificate, host: str) -> None:
    names = certificate.fields["DNSNames"] or []
    address = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        if str(ipaddress.ip_address(address)) in (certificate.fields["IPAddresses"] or []):
            return
    except ValueError:
        labels = host.rstrip(".").lower().split(".")
        if any(_labels_match(name.lower().split("."), labels) for name in names):
            return
    raise X509Error(f"x509: certificate is not valid for {host}")


def _labels_match(pattern: list[str], labels: list[str]) -> bool:
    if len(pattern) != len(labels):
        return False
    return all(p == label or (i == 0 and p == "*") for i, (p, label) in enumerate(zip(pattern, labels, strict=True)))


def _usages_hold(chain: list[Certificate], wanted: tuple[int, ...]) -> bool:
    """Does every certificate that names usages allow one of the wanted ones?"""
    if _ANY_USAGE in wanted:
        return True
    left = set(wanted)
    for certificate in reversed(chain):
        named = certificate.fields["ExtKeyUsage"]
        if (named is None and not certificate.fields["UnknownExtKeyUsage"]) or _ANY_USAGE in (named or []):
            continue
        left &= set(named or [])
    return bool(left)
