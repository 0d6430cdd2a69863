package dev.meshlog.infra.network;

import dev.meshlog.infra.UserError;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Transactions to validators, each of them followed to its result. */
public final class Load implements AutoCloseable {
    /** What one validator may have under way before it is sent no more, in seconds of its share. */
    private static final int SECONDS_UNDER_WAY = 30;

    private static final int FEWEST_OBJECTS = 200;
    private static final Duration STEP = Duration.ofMillis(100);

    private final List<LoadLane> lanes = new ArrayList<>();
    private final long beganNs;
    private long sendingNs;
    private long executedWhileSending;

    private Load() {
        beganNs = System.nanoTime();
    }

    /**
     * Begins at once.
     *
     * @param to validators, each of which gets an equal share
     * @param perSecond of all together
     */
    public static Load start(List<NodeProcess> to, GenesisConfig genesis, int perSecond) {
        var load = new Load();
        var random = new SecureRandom();
        double share = (double) perSecond / to.size();
        Hash networkId = genesis.networkId();
        for (NodeProcess node : to) {
            var writer = new ObjectWriter(
                    networkId,
                    SigningKey.generate(random),
                    Math.max(FEWEST_OBJECTS, (int) (share * SECONDS_UNDER_WAY)),
                    random);
            var lane = new LoadLane(node, writer, share, genesis.maxTxValidity());
            load.lanes.add(lane);
            lane.start();
        }
        return load;
    }

    /** Sends no more. */
    public void stop() {
        lanes.forEach(LoadLane::stopSending);
        sendingNs = System.nanoTime() - beganNs;
        executedWhileSending = counts().executed();
    }

    /**
     * Waits until every accepted transaction has a result, or can't get one any more.
     *
     * @return whether that is so within the limit
     */
    public boolean awaitResults(Duration limit) throws InterruptedException {
        long began = System.nanoTime();
        while (counts().unsettled() > 0) {
            failure().ifPresent(message -> {
                throw new UserError(message, "the logs of the validators may tell why");
            });
            if (System.nanoTime() - began > limit.toNanos()) {
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(STEP.toNanos());
        }
        return true;
    }

    /** Why transactions are no longer sent to some validator, if that is so. */
    public Optional<String> failure() {
        return lanes.stream()
                .flatMap(lane -> lane.failure().stream())
                .findFirst()
                .map(failed -> "sending transactions failed: " + failed.getMessage());
    }

    public LoadCounts counts() {
        return lanes.stream().map(LoadLane::counts).reduce(LoadCounts.NONE, LoadCounts::plus);
    }

    /** From sent to the result in the validator's topic, in milliseconds, of everything that has a result; 0 when nothing has. */
    public long latencyMs(int percentile) {
        var all = new Latencies();
        lanes.forEach(lane -> all.addAll(lane.latencies()));
        return all.percentile(percentile);
    }

    /** Executed ones a second, while it was sending; after {@link #stop}. */
    public double rate() {
        return sendingNs == 0 ? 0 : executedWhileSending * 1e9 / sendingNs;
    }

    @Override
    public void close() {
        lanes.forEach(LoadLane::close);
        try {
            for (LoadLane lane : lanes) {
                lane.awaitEnd();
            }
        } catch (InterruptedException e) {
            // They end all the same.
            Thread.currentThread().interrupt();
        }
    }
}
