package dev.meshlog.ingest;

import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.util.Collection;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The node and key tables of one network, as they are now. Any thread may ask. */
public interface MeshTables {
    /**
     * @param node uint32
     * @param facts absent when only its key is known
     * @param key absent when nobody has sent one
     */
    record Entry(
            long node, @Nullable RadioNode facts, @Nullable PublicKeyEntry key) {}

    /** Whether everything that stood in the tables when they were opened has been read. Until then there is less to see than there is. */
    boolean isReady();

    /** In no order. */
    Collection<Entry> entries();

    Optional<Entry> entry(long node);

    /** Tells of each node whose entry changed, soon after it did, and of the first ones too. The listener must not wait. */
    void onChange(LongConsumer listener);
}
