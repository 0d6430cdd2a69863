package dev.meshlog.ledger.certificate;

/** A certificate that certifies nothing. */
public final class InvalidCertificateException extends Exception {
    private static final long serialVersionUID = 1L;

    private final CertificateRejection reason;

    InvalidCertificateException(CertificateRejection reason, String detail) {
        super(reason.sentence() + " " + detail);
        this.reason = reason;
    }

    public CertificateRejection reason() {
        return reason;
    }
}
