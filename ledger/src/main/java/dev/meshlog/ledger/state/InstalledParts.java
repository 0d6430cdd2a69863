package dev.meshlog.ledger.state;

import dev.meshlog.schemas.ledger.InstalledPart;
import java.nio.ByteBuffer;

/** How a state gets into a log that it was not computed from: the manifest, the digests chunk, and each chunk are a record of their own. */
public final class InstalledParts {
    public static final int MANIFEST = 0;
    public static final int DIGESTS = 1;
    public static final int FIRST_CHUNK = 2;

    private InstalledParts() {}

    /** How many records. */
    public static int count(Manifest manifest) {
        return FIRST_CHUNK + manifest.chunks().size();
    }

    /**
     * One of them.
     *
     * @param replayFrom where a replay behind the state begins, as an offset of the log
     * @param content canonical bytes of the manifest, or the frame of a chunk
     */
    public static InstalledPart part(Manifest manifest, int index, long replayFrom, byte[] content) {
        return new InstalledPart(manifest.hash().fixed(), index, count(manifest), replayFrom, ByteBuffer.wrap(content));
    }
}
