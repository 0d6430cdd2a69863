package dev.meshlog.snapshotter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.rocksdb.RocksStateStore;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.CommitEnd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangesIntakeTest {
    private static final long SEED = 61;

    @TempDir
    Path directory;

    private final History history = new History(SEED);

    @BeforeEach
    void genesis() {
        try (var store = open()) {
            var state = new State(store, History.BITS);
            History.genesis(state);
            state.flush();
            store.commit();
        }
    }

    @Test
    void checkpointIsACandidateWithItsOffsetsAndRoot() {
        List<CommitChanges> records = records(4);
        try (var store = open()) {
            var intake = new ChangesIntake(store, History.BITS);
            Optional<Candidate> last = Optional.empty();
            for (int i = 0; i < records.size(); i++) {
                assertThat(last).isEmpty();
                last = intake.apply(records.get(i), 2L * i);
            }

            try (Candidate candidate = last.orElseThrow()) {
                assertThat(candidate.checkpointIndex()).isEqualTo(1);
                assertThat(candidate.commitIndex()).isEqualTo(4);
                assertThat(candidate.leaderRound()).isEqualTo(6);
                assertThat(candidate.root()).isEqualTo(history.root(1));
                assertThat(candidate.position().getReplayFrom()).isEqualTo(370);
                assertThat(intake.nextOffset()).isEqualTo(2L * records.size() - 1);
            }
        }
    }

    @Test
    void candidateStaysAsItIsWhileTheIntakeGoesOn() {
        List<CommitChanges> records = records(9);
        try (var store = open()) {
            var intake = new ChangesIntake(store, History.BITS);
            var cuts = new ArrayList<Candidate>();
            for (int i = 0; i < records.size(); i++) {
                intake.apply(records.get(i), i).ifPresent(cuts::add);
            }
            intake.commit();

            assertThat(cuts).hasSize(2);
            for (Candidate cut : cuts) {
                var copy = new State(new MemoryStateStore(), History.BITS);
                cut.entries().forEachEntry((bucket, key, value) -> copy.put(key, value));
                assertThat(copy.root(cut.checkpointIndex())).isEqualTo(cut.root());
                assertThat(copy.bucketDigests().id()).isEqualTo(cut.digests().id());
            }
            cuts.forEach(Candidate::close);
        }
    }

    @Test
    void killAnywhereIsMadeGoodByReadingOnFromTheOffset() {
        List<CommitChanges> records = records(13);
        for (int killedAfter = 0; killedAfter < records.size(); killedAfter++) {
            try (var store = open()) {
                var intake = new ChangesIntake(store, History.BITS);
                long start = intake.nextOffset();
                assertThat(start == 0 || records.get((int) start - 1).getEnd() != null)
                        .as("a whole commit is durable")
                        .isTrue();
                assertThat(intake.commitIndex())
                        .isEqualTo(start == 0 ? 0 : records.get((int) start - 1).getCommitIndex());
                for (long offset = start; offset <= killedAfter; offset++) {
                    intake.apply(records.get((int) offset), offset).ifPresent(Candidate::close);
                    if (offset % 2 == 0) {
                        intake.commit();
                    }
                }
            }
        }
        try (var store = open()) {
            var intake = new ChangesIntake(store, History.BITS);
            for (long offset = intake.nextOffset(); offset < records.size(); offset++) {
                intake.apply(records.get((int) offset), offset).ifPresent(Candidate::close);
            }
            intake.commit();
            assertThat(intake.commitIndex()).isEqualTo(13);
            assertThat(new State(store, History.BITS).root(3))
                    .as("seed %d", SEED)
                    .isEqualTo(history.root(3));
        }
    }

    @Test
    void missingCommitIsNoticedAndNothingOfItIsKept() {
        List<CommitChanges> records = records(3);
        records.removeIf(changes -> changes.getCommitIndex() == 2);

        assertRefused(records, "part 0 of commit 2 should follow", 1);
    }

    @Test
    void missingPartIsNoticed() {
        List<CommitChanges> records = records(2);
        records.removeIf(changes -> changes.getCommitIndex() == 2 && changes.getPart() == 1);

        assertRefused(records, "part 1 of commit 2 should follow", 1);
    }

    @Test
    void partThatComesTwiceIsNoticed() {
        List<CommitChanges> records = records(2);
        records.add(5, records.get(4));

        assertRefused(records, "part 1 of commit 2 should follow", 1);
    }

    @Test
    void commitThatBreaksOffBeforeTheNextOneIsNoticed() {
        List<CommitChanges> records = records(2);
        records.removeIf(changes -> changes.getCommitIndex() == 1 && changes.getEnd() != null);

        assertRefused(records, "of commit 1 should follow", 0);
    }

    @Test
    void wrongRootIsNoticedAndNothingOfTheCommitIsKept() {
        List<CommitChanges> records = records(4);
        CommitChanges last = records.remove(records.size() - 1);
        var end = last.getEnd();
        records.add(new CommitChanges(
                4L,
                last.getPart(),
                last.getEntries(),
                new CommitEnd(
                        end.getCommitHash(),
                        end.getLeaderRound(),
                        new Checkpoint(1L, Hash.ZERO.fixed(), 3L),
                        end.getPosition())));

        assertRefused(records, "checkpoint 1: the ledger says root " + Hash.ZERO, 3);
    }

    private void assertRefused(List<CommitChanges> records, String message, long durableCommit) {
        assertThatThrownBy(() -> {
                    try (var store = open()) {
                        var intake = new ChangesIntake(store, History.BITS);
                        for (int i = 0; i < records.size(); i++) {
                            intake.apply(records.get(i), i).ifPresent(Candidate::close);
                            intake.commit();
                        }
                    }
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message);
        try (var store = open()) {
            var intake = new ChangesIntake(store, History.BITS);
            assertThat(intake.commitIndex()).isEqualTo(durableCommit);
            var again = new History(SEED);
            for (long commit = 0; commit < durableCommit; commit++) {
                again.commit();
            }
            assertThat(new State(store, History.BITS).root(0)).isEqualTo(again.root(0));
        }
    }

    private List<CommitChanges> records(int commits) {
        var records = new ArrayList<CommitChanges>();
        for (int i = 0; i < commits; i++) {
            records.addAll(history.commit());
        }
        return records;
    }

    private RocksStateStore open() {
        return RocksStateStore.open(directory.resolve("store"), History.BITS);
    }
}
