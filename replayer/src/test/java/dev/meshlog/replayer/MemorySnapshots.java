package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.SnapshotRejection;
import dev.meshlog.schemas.MalformedRecordException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Records as the topics of snapshots have them, without a broker. */
final class MemorySnapshots implements SnapshotSource {
    final Map<String, byte[]> manifests = new LinkedHashMap<>();
    final Map<Hash, byte[]> chunks = new LinkedHashMap<>();
    final List<SnapshotRejection> rejected = new ArrayList<>();

    MemorySnapshots copy() {
        var copy = new MemorySnapshots();
        copy.manifests.putAll(manifests);
        copy.chunks.putAll(chunks);
        return copy;
    }

    @Override
    public List<SnapshotOffer> offers(Consumer<Refusal> refused) {
        List<SnapshotOffer> offers = new ArrayList<>();
        manifests.forEach((key, value) -> {
            try {
                offers.add(SnapshotRecords.offer(key, value));
            } catch (MalformedRecordException e) {
                refused.accept(new Refusal(key, RecoveryFailure.RECORD_MALFORMED, String.valueOf(e.getMessage())));
            }
        });
        return offers;
    }

    @Override
    public boolean isNamed() {
        return false;
    }

    @Override
    public Hold hold(Hash manifest) {
        return () -> {};
    }

    @Override
    public void fetch(Sink sink, int threads) {
        chunks.forEach((id, value) -> {
            if (sink.wants(id)) {
                try {
                    sink.take(id, SnapshotRecords.frame(id, value));
                } catch (InvalidSnapshotException e) {
                    rejected.add(e.reason());
                } catch (MalformedRecordException e) {
                    sink.unreadable(id);
                }
            }
        });
    }
}
