package dev.meshlog.replayer;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What is recovered, and how; the same for every command that recovers. */
public final class RecoveryOptions {
    private static final String TOPICS = "topics";

    @Option(names = "--from-genesis", description = "Replay everything, without a snapshot.")
    private boolean fromGenesis;

    @Option(
            names = "--source",
            paramLabel = "topics|FILE",
            description =
                    "Where the snapshot is: in the cluster's topics, or in a file of 'meshlog snapshot export' (default: ${DEFAULT-VALUE}).")
    private String source = TOPICS;

    @ArgGroup
    private @Nullable End end;

    @Option(
            names = "--verify-signatures",
            description = "Check the signatures of every vertex of the log again, not only those of transactions.")
    private boolean verifySignatures;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "For fetching, verifying and applying chunks and for reading vertices (default: all processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private TrustOptions trust;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** Where it ends; without any, at the end of the log. */
    static final class End {
        @Option(names = "--to-commit", paramLabel = "N", description = "Recover the state at exactly this commit.")
        private @Nullable Long commit;

        @Option(
                names = "--to-time",
                paramLabel = "TIME",
                converter = InstantConverter.class,
                description =
                        "Recover the state at the last commit whose record has a timestamp up to then, for example 2026-11-21T05:00:00Z.")
        private @Nullable Instant time;

        @Option(
                names = "--follow",
                description =
                        "Stay live as a replica until Ctrl-C, and go on from there at the next start. Needs --to.")
        private boolean follow;
    }

    public boolean isFollowing() {
        return end != null && end.follow;
    }

    public boolean verifiesSignatures() {
        return verifySignatures;
    }

    public int threads() {
        if (threads < 1) {
            throw new ParameterException(spec.commandLine(), "--threads is at least 1");
        }
        return threads;
    }

    /** Where the snapshot is looked for. */
    public SnapshotSource source(Cluster cluster, GenesisConfig genesis, Clock clock) {
        if (source.equals(TOPICS)) {
            return new TopicSnapshots(cluster, clock);
        }
        Path file = Path.of(source);
        if (fromGenesis) {
            throw new ParameterException(spec.commandLine(), "--from-genesis takes no snapshot, so no --source either");
        }
        if (!Files.isRegularFile(file)) {
            throw new ParameterException(spec.commandLine(), "--source: there is no file " + file);
        }
        return new FileSnapshot(file, genesis.networkId());
    }

    public TrustOptions trust() {
        return trust;
    }

    /** @throws RecoveryException when no commit is as old as the time that was asked for */
    public Replayer.Plan plan(Cluster cluster, Path target) {
        return new Replayer.Plan(
                target, fromGenesis, toCommit(cluster), trust.trust(), verifySignatures, isFollowing(), threads());
    }

    private long toCommit(Cluster cluster) {
        if (end == null) {
            return Long.MAX_VALUE;
        }
        Long commit = end.commit;
        if (commit != null) {
            if (commit < 0) {
                throw new ParameterException(spec.commandLine(), "--to-commit is at least 0");
            }
            return commit;
        }
        Instant time = end.time;
        return time == null
                ? Long.MAX_VALUE
                : PublishedCommits.lastAt(cluster, time)
                        .orElseThrow(() -> new RecoveryException(
                                RecoveryFailure.NOT_REACHED, "The first commit was published after " + time + "."));
    }

    static final class InstantConverter implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            try {
                return Instant.parse(value);
            } catch (DateTimeParseException e) {
                throw new TypeConversionException("'" + value + "' is no time such as 2026-11-21T05:00:00Z");
            }
        }
    }
}
