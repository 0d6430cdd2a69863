package dev.meshlog.ingest.gossip.serve;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkRef;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.ledger.PublishedSnapshot;
import java.util.HashSet;
import java.util.Set;

/**
 * A snapshot that the cluster has.
 *
 * @param hash of the manifest
 * @param chunks every chunk that it consists of, that of the digests among them
 */
record Shelved(Hash hash, long checkpoint, Set<Hash> chunks, PublishedSnapshot published) {
    Shelved {
        chunks = Set.copyOf(chunks);
    }

    /** @throws InvalidSnapshotException when it is no manifest of this network with this hash */
    static Shelved of(PublishedSnapshot published, Hash networkId, Hash hash) throws InvalidSnapshotException {
        Manifest manifest = Manifest.parse(Buffers.array(published.getManifest()), networkId, hash);
        Set<Hash> chunks = new HashSet<>();
        chunks.add(manifest.digestsId());
        manifest.chunks().stream().map(ChunkRef::id).forEach(chunks::add);
        return new Shelved(hash, manifest.checkpointIndex(), chunks, published);
    }

    /** Whether it has a certificate, and somebody in this cluster looked at all of it: what peers brought a moment ago may turn out to be false. */
    boolean isVerified() {
        return published.getCertificate() != null
                && !published.getBinding().getClusterId().equals(SnapshotShelf.OF_PEERS);
    }
}
