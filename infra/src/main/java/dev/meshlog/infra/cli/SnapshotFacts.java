package dev.meshlog.infra.cli;

import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.LogIdentity;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.LedgerCertificate;
import dev.meshlog.snapshotter.StoredSnapshot;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** What people are told of a snapshot. Who signed is as the certificate says, not verified. */
final class SnapshotFacts {
    private static final AvroBinary<LedgerCertificate> CERTIFICATE =
            new AvroBinary<>(LedgerCertificate.getClassSchema());

    private final LogIdentity log;
    private final long logBegin;

    SnapshotFacts(Cluster cluster) {
        log = LogIdentity.of(cluster);
        var partition = new TopicPartition(Topics.VERIFIED.name(), 0);
        try (var consumer = cluster.consumerToEnd(Topics.VERIFIED)) {
            logBegin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        }
    }

    Map<String, Object> of(StoredSnapshot snapshot) {
        var manifest = snapshot.manifest();
        var published = snapshot.published();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("hash", snapshot.hash().hex());
        facts.put("checkpoint", manifest.checkpointIndex());
        facts.put("commit", manifest.commitIndex());
        facts.put("stateRoot", manifest.stateRoot().hex());
        facts.put("entries", manifest.entries());
        facts.put("bytes", manifest.size());
        facts.put("compressedBytes", published.getCompressedBytes());
        facts.put("chunks", manifest.chunks().size());
        facts.put("writtenChunks", published.getWrittenChunks());
        facts.put("created", published.getCreatedAtMs().toString());
        facts.put("signers", signers(snapshot));
        facts.put("replayFrom", snapshot.replayFrom());
        facts.put("log", !snapshot.isOf(log) ? "another" : snapshot.replayFrom() >= logBegin ? "there" : "deleted");
        return facts;
    }

    static void table(List<Map<String, Object>> rows, PrintWriter out) {
        String form = "%-12s %10s %10s %10s %12s %12s %6s %7s  %-24s %7s %10s %s%n";
        out.printf(
                form,
                "HASH",
                "CHECKPOINT",
                "COMMIT",
                "ENTRIES",
                "BYTES",
                "COMPRESSED",
                "CHUNKS",
                "WRITTEN",
                "CREATED",
                "SIGNERS",
                "REPLAYFROM",
                "LOG");
        for (Map<String, Object> row : rows) {
            out.printf(
                    form,
                    String.valueOf(row.get("hash")).substring(0, 12),
                    row.get("checkpoint"),
                    row.get("commit"),
                    row.get("entries"),
                    row.get("bytes"),
                    row.get("compressedBytes"),
                    row.get("chunks"),
                    row.get("writtenChunks"),
                    row.get("created"),
                    row.get("signers") instanceof List<?> signers ? signers.size() : 0,
                    row.get("replayFrom"),
                    row.get("log"));
        }
    }

    private static List<String> signers(StoredSnapshot snapshot) {
        byte[] certificate = snapshot.certificate();
        if (certificate.length == 0) {
            return List.of();
        }
        try {
            return CERTIFICATE.decode(certificate).getHeaders().stream()
                    .map(signed -> Hex.of(signed.getHeader().bytes()).substring(0, 16))
                    .toList();
        } catch (MalformedRecordException e) {
            return List.of("damaged");
        }
    }
}
