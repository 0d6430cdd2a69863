package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import java.util.List;
import java.util.function.Consumer;

/** Where snapshots are. Nothing that a source says is believed: manifests and chunks are checked by whoever asks. */
public interface SnapshotSource {
    /** What it has now, in any order. Records that can't be read are told to {@code refused}. */
    List<SnapshotOffer> offers(Consumer<Refusal> refused);

    /**
     * Hands the chunks that the sink wants to it, on up to {@code threads} threads. A chunk that the sink refuses is reported where the source's
     * owner looks, and a further copy of it is handed over if there is one.
     */
    void fetch(Sink sink, int threads);

    /**
     * Whether an operator named the one snapshot that is here. Then neither another one nor the genesis takes its place, and its state is wanted even
     * where its offsets mean another log.
     */
    boolean isNamed();

    /** Keeps a snapshot, its chunks and the log behind it where they are until the hold is closed, as far as the source can. */
    Hold hold(Hash manifest);

    /** A snapshot that stays meanwhile, if it was still offered after the hold was taken. */
    @FunctionalInterface
    interface Hold extends AutoCloseable {
        @Override
        void close();
    }

    /** Takes chunks in. Any thread may call it. */
    interface Sink {
        boolean wants(Hash id);

        /**
         * @param frame compressed
         * @throws InvalidSnapshotException when it is not the chunk
         */
        void take(Hash id, byte[] frame) throws InvalidSnapshotException;

        /** A copy of the chunk can't even be read. */
        void unreadable(Hash id);
    }
}
