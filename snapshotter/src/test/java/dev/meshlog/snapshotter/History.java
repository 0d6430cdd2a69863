package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.StateKey;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.chain.CheckpointMark;
import dev.meshlog.ledger.state.MemoryStateStore;
import dev.meshlog.ledger.state.State;
import dev.meshlog.schemas.Bytes120;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.CommitEnd;
import dev.meshlog.schemas.ledger.EntryChange;
import dev.meshlog.schemas.ledger.LedgerCertificate;
import dev.meshlog.schemas.ledger.LogPosition;
import dev.meshlog.schemas.ledger.SignedHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The changes of a made-up ledger; every fourth commit ends a checkpoint. */
final class History {
    static final int BITS = 6;
    static final Hash NETWORK = Hash.ofHex("aa".repeat(32));

    private final Random random;
    private final State state = new State(new MemoryStateStore(), BITS);
    private long commitIndex;

    History(long seed) {
        random = new Random(seed);
        genesis(state);
    }

    static void genesis(State state) {
        state.put(new byte[] {1, 1}, new byte[] {2});
        state.put(StateKey.chain(), head(0).encode());
    }

    static Snapshotter.Network network() {
        return new Snapshotter.Network(NETWORK, BITS, History::genesis, (manifest, certificate) -> Optional.empty());
    }

    Hash root(long checkpointIndex) {
        return state.root(checkpointIndex);
    }

    /** The newest. */
    long checkpoint() {
        return commitIndex / 4;
    }

    /** A commit of three parts, with some entries going. */
    List<CommitChanges> commit() {
        var changes = new ArrayList<EntryChange>();
        for (int i = 0; i < 6; i++) {
            byte[] key = {1, (byte) random.nextInt(30)};
            changes.add(random.nextInt(3) == 0 ? change(key, null) : change(key, Domain.u32(random.nextInt())));
        }
        return parts(changes, 2);
    }

    /** A commit that writes the entries {@code from} to {@code to}, each of 4,000 bytes. */
    List<CommitChanges> commit(int from, int to) {
        var changes = new ArrayList<EntryChange>();
        for (int i = from; i < to; i++) {
            byte[] value = new byte[4_000];
            random.nextBytes(value);
            changes.add(change(Domain.u32(i), value));
        }
        return parts(changes, 200);
    }

    /** Commits without changes up to the next checkpoint. */
    List<CommitChanges> untilCheckpoint() {
        var all = new ArrayList<CommitChanges>();
        do {
            all.addAll(parts(List.of(), 1));
        } while (commitIndex % 4 != 0);
        return all;
    }

    /** What a validator says of a checkpoint; nobody looks at the signature here. */
    static LedgerCertificate certificate(long checkpointIndex, Hash root) {
        var header = ByteBuffer.allocate(120)
                .put(new byte[32])
                .putLong(1)
                .putLong(0)
                .putLong(checkpointIndex)
                .put(root.bytes());
        return new LedgerCertificate(
                1, NETWORK.fixed(), List.of(new SignedHeader(new Bytes120(header.array()), new Bytes64(new byte[64]))));
    }

    private static ChainHead head(long commitIndex) {
        return new ChainHead(
                NETWORK,
                commitIndex,
                commitHash(commitIndex),
                commitIndex + 2,
                0,
                0,
                1,
                new CheckpointMark(0, Hash.ZERO, 0),
                0,
                0,
                0);
    }

    static Hash commitHash(long commitIndex) {
        return Hash.of(Domain.sha256().digest(Domain.u64(commitIndex)));
    }

    private EntryChange change(byte[] key, byte @Nullable [] value) {
        if (value == null) {
            state.delete(key);
        } else {
            state.put(key, value);
        }
        return new EntryChange(ByteBuffer.wrap(key), value == null ? null : ByteBuffer.wrap(value));
    }

    private List<CommitChanges> parts(List<EntryChange> others, int size) {
        commitIndex++;
        var changes = new ArrayList<>(others);
        changes.add(change(StateKey.chain(), head(commitIndex).encode()));
        var parts = new ArrayList<CommitChanges>();
        for (int from = 0; from + size < changes.size(); from += size) {
            parts.add(new CommitChanges(commitIndex, parts.size(), changes.subList(from, from + size), null));
        }
        long index = commitIndex / 4;
        var checkpoint =
                commitIndex % 4 == 0 ? new Checkpoint(index, state.root(index).fixed(), state.entries()) : null;
        var end = new CommitEnd(
                commitHash(commitIndex).fixed(),
                commitIndex + 2,
                checkpoint,
                new LogPosition(100 * commitIndex, 100 * commitIndex - 30));
        parts.add(new CommitChanges(
                commitIndex, parts.size(), changes.subList(parts.size() * size, changes.size()), end));
        return parts;
    }
}
