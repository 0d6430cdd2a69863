package dev.meshlog.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.ChangeSet;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.VertexRef;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.chain.CommitOutput;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitChanges;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CommitRecordsTest {
    private static final int MIB = 1 << 20;

    @Test
    void smallCommitIsOnePartWithTheEnd() {
        List<CommitChanges> parts = CommitRecords.changes(commit(3, 100));

        assertThat(parts).hasSize(1);
        assertThat(parts.get(0).getPart()).isZero();
        assertThat(parts.get(0).getEnd().getCheckpoint().getIndex()).isEqualTo(2);
        assertThat(parts.get(0).getEnd().getPosition().getReplayFrom()).isEqualTo(5);
    }

    @Test
    void commitWithoutChangesStillHasItsEnd() {
        List<CommitChanges> parts = CommitRecords.changes(commit(0, 0));

        assertThat(parts).singleElement().satisfies(part -> {
            assertThat(part.getEntries()).isEmpty();
            assertThat(part.getEnd()).isNotNull();
        });
    }

    @Test
    void largeCommitComesInPartsAndOnlyTheLastHasTheEnd() {
        CommitOutput commit = commit(1_000, 4_096);

        List<CommitChanges> parts = CommitRecords.changes(commit);

        assertThat(parts).hasSize(3);
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            CommitChanges part = parts.get(i);
            assertThat(part.getCommitIndex()).isEqualTo(8);
            assertThat(part.getPart()).isEqualTo(i);
            assertThat(part.getEnd() != null).isEqualTo(i == parts.size() - 1);
            assertThat(Cluster.encode(Topics.CHANGES, part).length).isLessThan(MIB + MIB / 8);
            part.getEntries().forEach(change -> keys.add(Buffers.array(change.getKey())));
        }
        assertThat(keys).containsExactlyElementsOf(commit.changes().keySet());
    }

    @Test
    void entryLargerThanAPartIsAPartOfItsOwn() {
        List<CommitChanges> parts = CommitRecords.changes(commit(2, 2 * MIB));

        assertThat(parts)
                .hasSize(2)
                .allSatisfy(part -> assertThat(part.getEntries()).hasSize(1));
    }

    private static CommitOutput commit(int entries, int valueBytes) {
        NavigableMap<byte[], byte @Nullable []> changes = new TreeMap<>(ChangeSet.KEY_ORDER);
        for (int i = 0; i < entries; i++) {
            changes.put(Domain.u32(i), i % 3 == 2 ? null : new byte[valueBytes]);
        }
        Hash hash = Hash.ofHex("ab".repeat(32));
        return new CommitOutput(
                8,
                hash,
                Hash.ZERO,
                new VertexRef(9, hash, hash),
                0,
                List.of(new VertexRef(9, hash, hash)),
                List.of(),
                changes,
                Optional.of(new CheckpointMark(2, hash, 77)),
                12,
                5);
    }
}
