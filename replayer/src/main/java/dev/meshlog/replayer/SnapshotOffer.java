package dev.meshlog.replayer;

import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.ledger.OffsetBinding;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.nio.ByteBuffer;

/**
 * A snapshot as a source names it, unchecked.
 *
 * @param key what the source calls it: the manifest's hash, in hex
 * @param certificate empty when there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SnapshotOffer(
        String key, byte[] manifest, byte[] certificate, OffsetBinding binding, long compressedBytes) {

    public static SnapshotOffer of(String key, PublishedSnapshot published) {
        ByteBuffer certificate = published.getCertificate();
        return new SnapshotOffer(
                key,
                Buffers.array(published.getManifest()),
                certificate == null ? new byte[0] : Buffers.array(certificate),
                published.getBinding(),
                published.getCompressedBytes());
    }
}
