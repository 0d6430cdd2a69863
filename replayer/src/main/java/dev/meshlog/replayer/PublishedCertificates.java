package dev.meshlog.replayer;

import dev.meshlog.ledger.vertex.VertexHeader;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LedgerCertificate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records of {@code ledger.certificates}, as bytes that a verifier takes. */
final class PublishedCertificates {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedCertificates.class);
    private static final AvroBinary<LedgerCertificate> BYTES = new AvroBinary<>(LedgerCertificate.getClassSchema());

    private PublishedCertificates() {}

    /** Nothing in the record is believed here; one that can't be read is passed over. */
    static void take(ConsumerRecord<String, byte[]> rec, Comparison comparison) {
        if (rec.value() == null) {
            return;
        }
        try {
            LedgerCertificate certificate =
                    Topics.CERTIFICATES.values().deserializer().deserialize(rec.topic(), rec.value());
            if (!certificate.getHeaders().isEmpty()) {
                var header = VertexHeader.decode(
                        certificate.getHeaders().get(0).getHeader().bytes());
                comparison.certificate(header.checkpointIndex(), BYTES.encode(certificate));
            }
        } catch (MalformedRecordException e) {
            LOG.warn("{} offset {} is passed over: {}", rec.topic(), rec.offset(), e.getMessage());
        }
    }
}
