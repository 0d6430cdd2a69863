package dev.meshlog.ledger.certificate;

/** Why a certificate is refused. */
public enum CertificateRejection {
    SIZE("The certificate is larger than any certificate can be."),
    MALFORMED("The bytes are not the canonical encoding of one certificate."),
    FORMAT_VERSION("The certificate has a format version that this program does not know."),
    OTHER_NETWORK("The certificate belongs to another network."),
    ORDER("The headers are not strictly ascending by producer."),
    TWO_CHECKPOINTS("The headers do not all name the same checkpoint and root."),
    WRONG_EPOCH("A header's epoch is not round / epochLength."),
    UNKNOWN_EPOCH("The validators of a header's epoch are not known here; the certificate may be good."),
    NOT_A_VALIDATOR("A header's producer is no validator of its own epoch or of the newest epoch of the headers."),
    NO_QUORUM("The producers of the headers do not carry a quorum."),
    BAD_SIGNATURE("A signature is not the producer's over the vertex id.");

    private final String sentence;

    CertificateRejection(String sentence) {
        this.sentence = sentence;
    }

    /** One sentence for people. */
    public String sentence() {
        return sentence;
    }
}
