package dev.meshlog.infra.network.faults;

import dev.meshlog.infra.client.Draft;
import dev.meshlog.infra.client.HttpLedger;
import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.network.Load;
import dev.meshlog.infra.network.LocalNetwork;
import dev.meshlog.infra.network.NodeProcess;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.ledger.execution.ResultCode;
import dev.meshlog.ledger.vertex.Transaction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Beside four validators under load a fifth joins, produces and leaves, one after the other. */
final class MembersDrill implements Drill {
    private static final int TIMES = 5;
    private static final int TIMES_SHORT = 1;

    /** Transactions a second. */
    private static final int LOAD = 100;

    private static final int LOAD_SHORT = 20;

    /** What a validator stakes. */
    private static final long COIN = 10;

    private static final long VALID_ROUNDS = 500;

    /** Two epochs of a network that has a few rounds a second. */
    private static final Duration EPOCHS = Duration.ofMinutes(10);

    @Override
    public void run(Stage stage) throws IOException, InterruptedException {
        LocalNetwork network = stage.network().network();
        stage.network().start(network.nodes());
        List<NodeProcess> founders = network.validators();
        try (Load load = Load.start(founders, network.genesis(), stage.isShort() ? LOAD_SHORT : LOAD)) {
            for (int i = 0; i < (stage.isShort() ? TIMES_SHORT : TIMES); i++) {
                comeAndGo(stage, founders);
            }
            stage.checkAllAgree(founders, load);
        }
    }

    private static void comeAndGo(Stage stage, List<NodeProcess> founders) throws IOException, InterruptedException {
        LocalNetwork network = stage.network().network();
        NodeProcess fifth = stage.network().add(LedgerMode.VALIDATOR);
        fifth.start();
        boolean hasKey = stage.await(Stage.PATIENCE, () -> network.key(fifth).isPresent());
        stage.report().check(hasKey, fifth.name() + " has a key");
        Hash key = network.key(fifth).orElseThrow().publicKey();
        pay(stage, founders.get(0), network.funds(), key);
        boolean produces = stage.await(
                EPOCHS, () -> !new NodeView(founders.get(0)).verifiedOf(key).isEmpty());
        stage.report().check(produces, "%s registered itself, and makes vertices".formatted(fifth.name()));

        List<NodeProcess> all = new ArrayList<>(founders);
        all.add(fifth);
        stage.checkCommitsGoOn(all, 5, "with " + fifth.name());
        stage.checkAllAgree(List.of(founders.get(0), fifth), Stage.furthest(founders));

        int exitCode = fifth.command(
                List.of(
                        "ledger",
                        "leave",
                        "--wait",
                        "--timeout",
                        Long.toString(EPOCHS.toSeconds()),
                        "--genesis",
                        network.genesisFile().toString()),
                EPOCHS);
        stage.report().check(exitCode == 0, "%s left, exit code %d".formatted(fifth.name(), exitCode));
        stage.checkNoEquivocation(fifth, founders);
        fifth.terminate();
        boolean ended = fifth.awaitEnd(Stage.PATIENCE);
        stage.report().check(ended, fifth.name() + " is stopped");
        stage.checkCommitsGoOn(founders, 5, "without " + fifth.name());
    }

    private static void pay(Stage stage, NodeProcess at, SigningKey funds, Hash receiver) throws InterruptedException {
        try (var ledger = new HttpLedger(at.member().http(), Optional.empty(), Optional.empty())) {
            Transaction payment = Draft.pay(Draft.coinFor(COIN, ledger.coins(funds.publicKey())), receiver, COIN)
                    .sign(stage.network().network().genesis().networkId(), funds, ledger.round() + VALID_ROUNDS);
            ledger.submit(payment);
            boolean isOk = stage.await(
                    Stage.PATIENCE,
                    () -> ledger.result(payment)
                            .filter(result -> result.path("code").asText().equals(ResultCode.OK.name()))
                            .isPresent());
            stage.report().check(isOk, "%s has a coin of %d to stake".formatted(receiver.brief(), COIN));
        }
    }
}
