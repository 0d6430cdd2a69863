package dev.meshlog.replayer;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.state.DamagedExportException;
import dev.meshlog.ledger.state.ExportedSnapshot;
import dev.meshlog.ledger.state.ExportedSnapshotReader;
import dev.meshlog.ledger.state.SnapshotRejection;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The snapshot in an exported file. The file is read to its end, where its sum is, before anything of it is used. */
public final class FileSnapshot implements SnapshotSource {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Path file;
    private final Hash networkId;

    public FileSnapshot(Path file, Hash networkId) {
        this.file = file;
        this.networkId = networkId;
    }

    /** @throws RecoveryException FILE_DAMAGED or OTHER_NETWORK */
    @Override
    public List<SnapshotOffer> offers(Consumer<Refusal> refused) {
        long[] compressed = {0};
        ExportedSnapshot snapshot = read((id, frame) -> compressed[0] += frame.length);
        return List.of(new SnapshotOffer(
                snapshot.manifest().hash().hex(),
                snapshot.manifest().encode(),
                snapshot.certificate(),
                snapshot.binding(),
                compressed[0]));
    }

    /** On one thread, in the file's order. */
    @Override
    public void fetch(Sink sink, int threads) {
        var unused = read((id, frame) -> {
            if (sink.wants(id)) {
                sink.take(id, frame);
            }
        });
    }

    private ExportedSnapshot read(ExportedSnapshotReader.Sink sink) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES)) {
            var reader = new ExportedSnapshotReader(in, networkId);
            reader.readChunks(sink);
            return reader.snapshot();
        } catch (DamagedExportException e) {
            boolean isOther =
                    e.reason().filter(SnapshotRejection.OTHER_NETWORK::equals).isPresent();
            throw new RecoveryException(
                    isOther ? RecoveryFailure.OTHER_NETWORK : RecoveryFailure.FILE_DAMAGED,
                    file + ": " + e.getMessage(),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    @Override
    public boolean isNamed() {
        return true;
    }

    /** Nobody removes it. */
    @Override
    public Hold hold(Hash manifest) {
        return () -> {};
    }
}
