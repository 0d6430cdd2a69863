package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.JoinConfig;
import dev.meshlog.ingest.Backoff;
import dev.meshlog.ingest.gossip.FetchFailedException;
import dev.meshlog.ingest.gossip.Gossip;
import dev.meshlog.ingest.gossip.JoinPhase;
import dev.meshlog.ingest.gossip.SnapshotFetch;
import dev.meshlog.ingest.gossip.SourceFailure;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.replayer.Installation;
import dev.meshlog.replayer.RecoveryException;
import dev.meshlog.replayer.RecoveryFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node without a state comes to one: by a snapshot of its peers, or, where the network is young or somebody wants it so, from the genesis. What is not
 * verified is not kept. One thread.
 */
final class Join {
    private static final Logger LOG = LoggerFactory.getLogger(Join.class);

    private static final Duration FOR_A_PEER = Duration.ofSeconds(15);
    private static final Duration FOR_MORE_PEERS = Duration.ofSeconds(2);
    private static final int ENOUGH_PEERS = 3;
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final Gossip gossip;
    private final Installation installation;
    private final JoinConfig config;
    private final boolean isFounder;
    private final Path directory;
    private final JoinProgress progress;
    private final SnapshotFetch snapshots;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, new Random());
    private final Map<String, String> reasons = new LinkedHashMap<>();
    private boolean isDamagedHere;

    /**
     * Of one node.
     *
     * @param isFounder whether it is a validator of the genesis: then nobody may be there before it, and it waits for peers as long as it takes
     * @param directory for what is on its way
     */
    Join(
            Gossip gossip,
            Installation installation,
            JoinConfig config,
            boolean isFounder,
            Path directory,
            JoinProgress progress) {
        this.gossip = gossip;
        this.installation = installation;
        this.config = config;
        this.isFounder = isFounder;
        this.directory = directory;
        this.progress = progress;
        this.snapshots = gossip.snapshots(config.trust());
    }

    /** An attempt that came to nothing; {@link #reasons} says why. */
    private static final class AttemptFailedException extends Exception {
        private static final long serialVersionUID = 1L;

        AttemptFailedException(String what) {
            super(what);
        }
    }

    /**
     * Returns the snapshot whose state is in the log now; nothing when the ledger is to begin with the genesis.
     *
     * @throws UserError after the last attempt, with every source and its reason
     */
    Optional<Manifest> run() throws InterruptedException {
        int failed = 0;
        while (true) {
            try {
                return attempt();
            } catch (AttemptFailedException e) {
                boolean isAlone = gossip.standing().isEmpty();
                failed += isFounder && isAlone ? 0 : 1;
                if (failed >= config.attempts()) {
                    throw givenUp(String.valueOf(e.getMessage()));
                }
                Duration pause = backoff.next();
                progress.enter(
                        JoinPhase.CONNECTING,
                        "attempt %d of %d came to nothing (%s), again in %d s"
                                .formatted(failed, config.attempts(), e.getMessage(), pause.toSeconds() + 1));
                Thread.sleep(pause.toMillis());
            } finally {
                clear();
            }
        }
    }

    private Optional<Manifest> attempt() throws AttemptFailedException, InterruptedException {
        Gossip.Standing network = awaitPeers();
        boolean isWhole = network.oldestRound() <= 1;
        if (config.fromGenesis() && !isWhole) {
            throw failed(
                    "peers have vertices from round %d on, none has the first ones".formatted(network.oldestRound()));
        }
        boolean isYoung = network.leaderRound() < config.youngRounds() || !network.hasSnapshot();
        if (config.fromGenesis() || (isYoung && isWhole)) {
            progress.say("the network is at round %d, which is executed from the genesis on"
                    .formatted(network.leaderRound()));
            return Optional.empty();
        }
        Optional<Manifest> installed = Optional.empty();
        while (installed.isEmpty()) {
            Manifest fetched = fetch();
            progress.enter(JoinPhase.VERIFYING, "verifying the snapshot of checkpoint " + fetched.checkpointIndex());
            installed = install(fetched);
        }
        return installed;
    }

    private Manifest fetch() throws AttemptFailedException, InterruptedException {
        progress.enter(JoinPhase.DOWNLOADING, "asking peers for snapshots");
        try {
            Files.createDirectories(directory);
            long room = Files.getFileStore(directory).getUsableSpace();
            Manifest fetched = snapshots.fetch(0, room, isDamagedHere, progress);
            isDamagedHere = false;
            return fetched;
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        } catch (FetchFailedException e) {
            e.failures().forEach(this::note);
            throw failed(String.valueOf(e.getMessage()));
        }
    }

    /** Nothing: it is false, which those who offered it were told, and another one may do. */
    private Optional<Manifest> install(Manifest fetched) throws AttemptFailedException, InterruptedException {
        try {
            return Optional.of(installation.install(fetched.hash(), directory, progress));
        } catch (RecoveryException e) {
            String why = String.valueOf(e.getMessage());
            note(new SourceFailure("snapshot " + fetched.hash().brief(), why));
            if (e.reason() == RecoveryFailure.SNAPSHOT_FALSE) {
                snapshots.foundFalse(fetched, why);
                return Optional.empty();
            }
            isDamagedHere = e.reason() == RecoveryFailure.CHUNK_DAMAGED || e.reason() == RecoveryFailure.CHUNK_MISSING;
            throw failed(why);
        }
    }

    /** Some of them: the more, the more sources. */
    private Gossip.Standing awaitPeers() throws AttemptFailedException, InterruptedException {
        if (!isTrueWithin(FOR_A_PEER, () -> gossip.standing().isPresent())) {
            gossip.unreachable().forEach(this::note);
            throw failed("no peer answers");
        }
        boolean unused = isTrueWithin(
                FOR_MORE_PEERS,
                () -> gossip.peers().stream()
                                .filter(peer -> peer.status().isPresent())
                                .count()
                        >= ENOUGH_PEERS);
        return gossip.standing().orElseThrow(() -> failed("the peer went away"));
    }

    private static boolean isTrueWithin(Duration patience, BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until >= 0) {
                return false;
            }
            Thread.sleep(LOOK.toMillis());
        }
        return true;
    }

    private AttemptFailedException failed(String what) {
        return new AttemptFailedException(what);
    }

    private void note(SourceFailure failure) {
        reasons.put(failure.source(), failure.reason());
    }

    private UserError givenUp(String last) {
        String sources = reasons.entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue())
                .collect(Collectors.joining("\n  ", "\n  ", ""));
        return new UserError(
                "could not join the network in %d attempts; the last one: %s.%s"
                        .formatted(config.attempts(), last, reasons.isEmpty() ? "" : " The sources:" + sources),
                "look at the addresses of --join and at the genesis file; a checkpoint that you know from elsewhere can be given with --trust-checkpoint. What was downloaded is kept");
    }

    /** Of what was on its way. */
    void clear() {
        if (!Files.exists(directory)) {
            return;
        }
        try {
            Directories.delete(directory);
        } catch (IOException e) {
            LOG.warn("{} is still there: {}", directory, e.toString());
        }
    }
}
