package dev.meshlog.snapshotter;

import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.ChunkCompression;
import dev.meshlog.ledger.state.InvalidSnapshotException;
import dev.meshlog.ledger.state.SnapshotRejection;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.TopicReader;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.SnapshotChunk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The compressed chunks of one snapshot on disk, each known to have its id. Closing removes them. One thread at a time. */
public final class ChunkFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkFolder.class);

    private final Path directory;
    private final Map<Hash, Integer> sizes;

    /** @param directory of this folder alone; what is in it goes */
    public ChunkFolder(Path directory, StoredSnapshot snapshot) {
        this.directory = directory;
        this.sizes = snapshot.chunkSizes();
        try {
            delete(directory);
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    /**
     * Brings every chunk from the cluster.
     *
     * @param progress is told how many there are after each
     * @throws UnusableSnapshotException when one is missing or damaged
     */
    public void fetch(Cluster cluster, IntConsumer progress) throws UnusableSnapshotException {
        Map<String, String> wrong = new HashMap<>();
        sizes.keySet().forEach(id -> wrong.put(id.hex(), "missing"));
        TopicReader.readAllUndecoded(cluster, Topics.CHUNKS, rec -> {
            if (rec.value() == null || !wrong.containsKey(rec.key())) {
                return;
            }
            Optional<String> damage = take(Hash.ofHex(rec.key()), rec);
            if (damage.isPresent()) {
                LOG.warn("chunk {} is damaged: {}", rec.key(), damage.get());
                wrong.put(rec.key(), damage.get());
            } else {
                wrong.remove(rec.key());
                progress.accept(sizes.size() - wrong.size());
            }
        });
        Optional<String> first = wrong.keySet().stream().sorted().findFirst();
        if (first.isPresent()) {
            throw new UnusableSnapshotException("%d of %d chunks are missing or damaged; chunk %s: %s"
                    .formatted(wrong.size(), sizes.size(), first.get(), wrong.get(first.get())));
        }
    }

    /** Why the record is not the chunk, or nothing when it is and is kept. */
    private Optional<String> take(Hash id, ConsumerRecord<String, byte[]> rec) {
        String where = " (partition " + rec.partition() + " offset " + rec.offset() + ")";
        try {
            SnapshotChunk chunk = Topics.CHUNKS.values().deserializer().deserialize(rec.topic(), rec.value());
            put(id, Buffers.array(chunk.getZstd()));
            return Optional.empty();
        } catch (InvalidSnapshotException | MalformedRecordException e) {
            return Optional.of(e.getMessage() + where);
        }
    }

    /**
     * Keeps a frame.
     *
     * @throws InvalidSnapshotException when it is not the frame of this chunk
     */
    void put(Hash id, byte[] frame) throws InvalidSnapshotException {
        byte[] bytes = ChunkCompression.decompress(frame, sizes.getOrDefault(id, -1));
        if (!Domain.contentId(bytes).equals(id)) {
            throw new InvalidSnapshotException(SnapshotRejection.CHUNK_ID, "its bytes have another hash");
        }
        try {
            Files.write(file(id), frame);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    /** As it travels. */
    byte[] frame(Hash id) {
        try {
            return Files.readAllBytes(file(id));
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    /** The canonical bytes. */
    byte[] chunk(Hash id) throws InvalidSnapshotException {
        return ChunkCompression.decompress(frame(id), sizes.getOrDefault(id, -1));
    }

    private Path file(Hash id) {
        return directory.resolve(id.hex() + ".zst");
    }

    @Override
    public void close() {
        try {
            delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
