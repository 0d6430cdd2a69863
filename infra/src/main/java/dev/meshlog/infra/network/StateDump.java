package dev.meshlog.infra.network;

import dev.meshlog.infra.node.Directories;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.trust.Trust;
import dev.meshlog.replayer.RecoveryListener;
import dev.meshlog.replayer.RecoveryReport;
import dev.meshlog.replayer.Replayer;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Hex;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Optional;

/**
 * A node's state at a checkpoint, recovered from its own topics, in the text of {@code dump-state --raw}.
 *
 * @param hash SHA-256 of the text, hex
 * @param contradiction how the recovered state differs from what the node published, if it does
 */
record StateDump(String hash, Optional<String> contradiction) {
    /** @param commit the one that ends the checkpoint */
    static StateDump of(Cluster cluster, GenesisConfig genesis, long commit, Clock clock) {
        try {
            Path directory = Files.createTempDirectory("meshlog-dump");
            try {
                Path target = directory.resolve("state");
                RecoveryReport report = new Replayer(cluster, genesis, clock)
                        .recover(
                                new Replayer.Plan(target, false, commit, new Trust.OfGenesis()), RecoveryListener.NONE);
                try (RocksStateStore store = RocksStateStore.open(target, genesis.bucketBits())) {
                    return new StateDump(
                            hash(store, "checkpoint " + report.checkpoint() + " " + report.root()),
                            report.consistent() ? Optional.empty() : Optional.of(report.verdict()));
                }
            } finally {
                Directories.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary directory for a dump", e);
        }
    }

    private static String hash(RocksStateStore store, String title) {
        MessageDigest digest = Sha256.begin();
        try (var out = new PrintWriter(
                new DigestOutputStream(OutputStream.nullOutputStream(), digest), false, StandardCharsets.US_ASCII)) {
            out.print("# " + title + "\n");
            store.forEachEntryByKey((bucket, key, value) -> out.print(Hex.of(key) + " " + Hex.of(value) + "\n"));
        }
        return Hex.of(digest.digest());
    }
}
