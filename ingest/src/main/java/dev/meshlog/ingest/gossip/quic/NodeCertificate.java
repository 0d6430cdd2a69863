package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate that is as old as its process. It vouches for nothing: it gives a connection something that {@link Handshake} can sign. */
record NodeCertificate(PrivateKey key, X509Certificate certificate) {
    private static final X500Name NAME = new X500Name("CN=meshlog");
    private static final Duration VALID = Duration.ofDays(3650);

    static NodeCertificate generate(Instant now) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            // Clocks differ, and nobody looks at these dates.
            var builder = new JcaX509v3CertificateBuilder(
                    NAME,
                    new BigInteger(64, new SecureRandom()),
                    Date.from(now.minus(VALID)),
                    Date.from(now.plus(VALID)),
                    NAME,
                    pair.getPublic());
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
            return new NodeCertificate(
                    pair.getPrivate(), new JcaX509CertificateConverter().getCertificate(builder.build(signer)));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("no certificate could be made: " + e, e);
        }
    }

    Hash fingerprint() {
        try {
            return fingerprint(certificate);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("our own certificate", e);
        }
    }

    /** SHA-256 of the DER bytes. */
    static Hash fingerprint(X509Certificate certificate) throws CertificateEncodingException {
        return Domain.contentId(certificate.getEncoded());
    }
}
