package dev.meshlog.replayer;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.Manifest;
import dev.meshlog.ledger.state.SnapshotRejection;
import dev.meshlog.schemas.Failpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings the chunks of a manifest into a directory, uncompressed, each under its id. A file has its name only when it is complete, and is checked
 * against it again by the next attempt, which fetches what is not there: after a loss of power that may be more, so no file needs to be
 * synchronised. Whether the chunks fit the state root is for the reader to check. Any thread may hand a chunk over.
 */
final class ChunkDownload implements SnapshotSource.Sink {
    private final Manifest manifest;
    private final Path directory;
    private final RecoveryListener listener;
    private final Map<Hash, Integer> sizes = new HashMap<>();
    private final Set<Hash> there = ConcurrentHashMap.newKeySet();
    private final Set<Hash> damaged = ConcurrentHashMap.newKeySet();
    private long bytes;

    /** Of all chunks. */
    ChunkDownload(Manifest manifest, Path directory, RecoveryListener listener) {
        this(manifest, allOf(manifest), directory, listener);
    }

    ChunkDownload(Manifest manifest, Collection<Hash> ids, Path directory, RecoveryListener listener) {
        this.manifest = manifest;
        this.directory = directory;
        this.listener = listener;
        sizes.put(manifest.digestsId(), manifest.digestsSize());
        manifest.chunks().forEach(chunk -> sizes.put(chunk.id(), chunk.size()));
        sizes.keySet().retainAll(Set.copyOf(ids));
    }

    private static Set<Hash> allOf(Manifest manifest) {
        Set<Hash> ids = new HashSet<>(Set.of(manifest.digestsId()));
        manifest.chunks().forEach(chunk -> ids.add(chunk.id()));
        return ids;
    }

    /** @throws RecoveryException CHUNK_MISSING or CHUNK_DAMAGED; what was fetched stays for the next attempt */
    void fetchFrom(SnapshotSource source, int threads) {
        sizes.forEach((id, size) -> {
            if (stored(id, size)) {
                there.add(id);
                bytes += size;
            }
        });
        if (there.size() < sizes.size()) {
            source.fetch(this, threads);
        }
        Optional<Hash> first =
                sizes.keySet().stream().filter(id -> !there.contains(id)).min(Hash::compareTo);
        if (first.isPresent()) {
            boolean isDamaged = sizes.keySet().stream().anyMatch(id -> !there.contains(id) && damaged.contains(id));
            throw new RecoveryException(
                    isDamaged ? RecoveryFailure.CHUNK_DAMAGED : RecoveryFailure.CHUNK_MISSING,
                    "The snapshot of checkpoint %d: %d of %d chunks are damaged or missing, the first is %s."
                            .formatted(
                                    manifest.checkpointIndex(),
                                    sizes.size() - there.size(),
                                    sizes.size(),
                                    first.get()));
        }
    }

    @Override
    public boolean wants(Hash id) {
        return sizes.containsKey(id) && !there.contains(id);
    }

    @Override
    public void take(Hash id, byte[] frame) throws InvalidSnapshotException {
        Integer size = sizes.get(id);
        if (size == null) {
            return;
        }
        try {
            byte[] content = ChunkCompression.decompress(frame, size);
            if (!Domain.contentId(content).equals(id)) {
                throw new InvalidSnapshotException(SnapshotRejection.CHUNK_ID, "its bytes have another hash");
            }
            store(id, content);
        } catch (InvalidSnapshotException e) {
            damaged.add(id);
            throw e;
        }
    }

    @Override
    public void unreadable(Hash id) {
        damaged.add(id);
    }

    /** A chunk that was fetched. */
    static byte[] read(Path directory, Hash id) {
        try {
            return Files.readAllBytes(directory.resolve(id.hex()));
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private boolean stored(Hash id, int size) {
        Path file = directory.resolve(id.hex());
        try {
            return Files.size(file) == size
                    && Domain.contentId(Files.readAllBytes(file)).equals(id);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private synchronized void store(Hash id, byte[] content) {
        if (there.contains(id)) {
            return;
        }
        Path named = directory.resolve(id.hex());
        Path temporary = directory.resolve(id.hex() + ".part");
        try {
            Files.write(temporary, content);
            Failpoint.CHUNK_FETCHED.reached();
            Files.move(temporary, named, StandardCopyOption.ATOMIC_MOVE);
            Failpoint.CHUNK_STORED.reached();
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
        there.add(id);
        bytes += content.length;
        listener.chunkFetched(there.size(), sizes.size(), bytes, manifest.size());
    }
}
