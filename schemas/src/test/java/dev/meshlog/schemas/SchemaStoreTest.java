package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.ledger.Checkpoint;
import dev.meshlog.schemas.ledger.LogPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class SchemaStoreTest {
    private static final Schema SCHEMA = Checkpoint.getClassSchema();
    private static final long FINGERPRINT = SchemaStore.fingerprint(SCHEMA);

    private final List<Long> asked = new ArrayList<>();
    private long now = Long.MAX_VALUE - 10; // nanoTime may begin anywhere and overflow
    private final SchemaStore store = new SchemaStore(() -> now);

    @Test
    void knownSchemaIsNotAskedFor() {
        store.lookUpWith(this::nobodyKnows);
        store.add(SCHEMA);

        assertThat(store.find(FINGERPRINT)).contains(SCHEMA);
        assertThat(asked).isEmpty();
    }

    @Test
    void foundSchemaIsAskedForOnce() {
        store.lookUpWith(fingerprint -> {
            asked.add(fingerprint);
            return Optional.of(SCHEMA);
        });

        assertThat(store.find(FINGERPRINT)).contains(SCHEMA);
        assertThat(store.find(FINGERPRINT)).contains(SCHEMA);
        assertThat(asked).containsExactly(FINGERPRINT);
    }

    @Test
    void missIsRememberedForAWhile() {
        store.lookUpWith(this::nobodyKnows);

        assertThat(store.find(FINGERPRINT)).isEmpty();
        now += SchemaStore.ASK_AGAIN_NANOS - 1;
        assertThat(store.find(FINGERPRINT)).isEmpty();
        assertThat(asked).hasSize(1);

        now += 1;
        assertThat(store.find(FINGERPRINT)).isEmpty();
        assertThat(asked).hasSize(2);
    }

    @Test
    void schemaThatAppearsLaterIsFound() {
        store.lookUpWith(fingerprint -> asked.size() < 1 ? nobodyKnows(fingerprint) : Optional.of(SCHEMA));

        assertThat(store.find(FINGERPRINT)).isEmpty();
        now += SchemaStore.ASK_AGAIN_NANOS;
        assertThat(store.find(FINGERPRINT)).contains(SCHEMA);
    }

    @Test
    void newSourceIsAskedAtOnce() {
        store.lookUpWith(this::nobodyKnows);
        assertThat(store.find(FINGERPRINT)).isEmpty();

        store.lookUpWith(fingerprint -> Optional.of(SCHEMA));

        assertThat(store.find(FINGERPRINT)).contains(SCHEMA);
    }

    @Test
    void answerWithAnotherSchemaCountsAsNone() {
        store.lookUpWith(fingerprint -> Optional.of(LogPosition.getClassSchema()));

        assertThat(store.find(FINGERPRINT)).isEmpty();
    }

    @Test
    void manyDifferentMissesDoNotGrowWithoutBound() {
        store.lookUpWith(this::nobodyKnows);
        for (long fingerprint = 0; fingerprint < 1_001; fingerprint++) {
            assertThat(store.find(fingerprint)).isEmpty();
        }

        assertThat(store.find(0)).isEmpty();

        assertThat(asked).as("the first miss was forgotten").hasSize(1_002);
    }

    private Optional<Schema> nobodyKnows(long fingerprint) {
        asked.add(fingerprint);
        return Optional.empty();
    }
}
