package dev.meshlog.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.query.LedgerView;
import dev.meshlog.ledger.vertex.Transaction;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.InstalledPart;
import dev.meshlog.schemas.ledger.TransactionResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger that did not compute its first commits: their state comes as records of its log. */
class InstalledStateTest {
    private static final long SEED = 73;

    @TempDir
    private Path directory;

    private final Network network = new Network(4);
    private final Random random = new Random(SEED);
    private final List<Cut> cuts = new ArrayList<>();
    private List<Vertex> vertices = List.of();
    private List<CommitRecord> commits = List.of();
    private List<TransactionResult> results = List.of();
    private Map<String, String> entries = Map.of();

    @BeforeEach
    void aLedgerThatComputedEverything() {
        vertices = Vertices.disorder(
                network.generate(
                        random,
                        120,
                        number -> List.of(Vertices.creation(network, number).bytes())),
                random,
                12);
        var fold = new LedgerDriver.Fold(network.genesis);
        try (var origin = new LedgerDriver(network.genesis, directory.resolve("origin"))) {
            origin.pipe(vertices);
            for (CommitChanges changes : origin.values(Topics.CHANGES)) {
                fold.apply(changes);
                Cut.at(network.genesis, fold, changes).ifPresent(cuts::add);
            }
            commits = origin.values(Topics.COMMITS);
            results = origin.values(Topics.RESULTS);
            entries = origin.entries();
        }
        assertThat(cuts).as("seed %d", SEED).hasSizeGreaterThan(4);
    }

    @Test
    void ledgerGoesOnFromAnInstalledState() {
        Cut cut = cuts.get(2);
        int first = (int) cut.manifest().commitIndex();
        try (var joined = new LedgerDriver(network.genesis, directory.resolve("joined"))) {
            install(joined, cut.parts());
            assertThat(joined.entries()).isEqualTo(cut.entries());

            joined.pipe(vertices);

            List<CommitRecord> known = joined.values(Topics.COMMITS);
            assertThat(known.get(0)).satisfies(commit -> {
                assertThat(commit.getInstalled()).isTrue();
                assertThat(commit.getIndex()).isEqualTo(first);
                assertThat(commit.getCheckpoint())
                        .isEqualTo(commits.get(first - 1).getCheckpoint());
                assertThat(commit.getPosition().getReplayFrom()).isEqualTo(Cut.REPLAY_FROM);
            });
            assertThat(hashes(known)).isEqualTo(hashes(commits.subList(first - 1, commits.size())));
            assertThat(joined.entries()).isEqualTo(entries);
            assertThat(joined.values(Topics.RESULTS))
                    .isNotEmpty()
                    .isEqualTo(results.stream()
                            .filter(result -> result.getCommitIndex() > first)
                            .toList());
        }
    }

    @Test
    void whatCameBeforeAndBetweenThePartsCounts() {
        Cut cut = cuts.get(3);
        List<Vertex> unknown = new ArrayList<>(vertices);
        try (var joined = new LedgerDriver(network.genesis, directory.resolve("joined"))) {
            joined.pipe(unknown.subList(0, 30));
            List<Vertex> rest = unknown.subList(30, unknown.size());
            int each = rest.size() / cut.parts().size();
            for (int i = 0; i < cut.parts().size(); i++) {
                install(joined, cut.parts().subList(i, i + 1));
                joined.pipe(rest.subList(i * each, (i + 1) * each));
            }
            joined.pipe(rest.subList(each * cut.parts().size(), rest.size()));

            assertThat(joined.entries()).as("seed %d", SEED).isEqualTo(entries);
        }
    }

    @Test
    void ownersAreKnownOfAnInstalledState() {
        try (var origin = new LedgerDriver(network.genesis, directory.resolve("whole"));
                var joined = new LedgerDriver(network.genesis, directory.resolve("joined"))) {
            origin.pipe(vertices);
            install(joined, cuts.get(2).parts());
            joined.pipe(vertices);
            Hash owner = Transaction.parse(
                            network.genesis.networkId(),
                            Vertices.creation(network, 1).bytes())
                    .call()
                    .sender();
            assertThat(owned(joined, owner)).isNotEmpty().isEqualTo(owned(origin, owner));
        }
    }

    @Test
    void stateThatIsOlderThanTheLedgerIsNotInstalled() {
        try (var ledger = new LedgerDriver(network.genesis, directory.resolve("ahead"))) {
            ledger.pipe(vertices);
            install(ledger, cuts.get(1).parts());
            assertThat(ledger.entries()).isEqualTo(entries);
            assertThat(ledger.values(Topics.COMMITS)).noneMatch(CommitRecord::getInstalled);
        }
    }

    @Test
    void newerStateTakesThePlaceOfALedgersOwn() {
        Cut newest = cuts.get(cuts.size() - 1);
        try (var behind = new LedgerDriver(network.genesis, directory.resolve("behind"))) {
            behind.pipe(vertices.subList(0, 60));
            assertThat(behind.values(Topics.COMMITS)).isNotEmpty();
            install(behind, newest.parts());
            behind.pipe(vertices);
            assertThat(behind.entries()).isEqualTo(entries);
        }
    }

    @Test
    void nobodySeesAHalfInstalledState() {
        Cut cut = cuts.get(2);
        try (var joined = new LedgerDriver(network.genesis, directory.resolve("half"))) {
            for (InstalledPart part : cut.parts().subList(0, cut.parts().size() - 1)) {
                install(joined, List.of(part));
                assertThat(joined.view().head()).isEmpty();
            }
        }
    }

    @Test
    void damagedPartHaltsTheLedger() {
        Cut cut = cuts.get(2);
        InstalledPart wrong =
                Cut.part(cut.manifest(), 1, new byte[cut.manifest().digestsSize()]);
        try (var joined = new LedgerDriver(network.genesis, directory.resolve("damaged"))) {
            install(joined, cut.parts().subList(0, 1));
            assertThatThrownBy(() -> install(joined, List.of(wrong)))
                    .rootCause()
                    .hasMessageContaining(cut.manifest().digestsId().toString());
        }
    }

    private static void install(LedgerDriver ledger, List<InstalledPart> parts) {
        parts.forEach(part -> ledger.pipeVerified(Topics.INSTALLED_KEY, Topics.INSTALLED.encode(part)));
    }

    private static List<Hash> hashes(List<CommitRecord> of) {
        return of.stream().map(commit -> Hash.of(commit.getCommitHash())).toList();
    }

    private static List<Hash> owned(LedgerDriver ledger, Hash owner) {
        return ledger.view().objects(owner, Optional.empty(), LedgerView.Kind.ANY, 1_000).objects().stream()
                .map(LedgerView.Owned::id)
                .toList();
    }
}
