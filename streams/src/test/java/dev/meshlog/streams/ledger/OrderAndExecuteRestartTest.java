package dev.meshlog.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.vertex.Vertex;
import dev.meshlog.schemas.AvroSerde;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.ledger.CommitChanges;
import dev.meshlog.schemas.ledger.CommitRecord;
import dev.meshlog.schemas.ledger.SignedVertex;
import dev.meshlog.schemas.ledger.ValidatorTable;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a task that is closed and opened again over the same stores writes. */
class OrderAndExecuteRestartTest {
    @TempDir
    File directory;

    @Test
    void restartAtEveryPrefixChangesNoRecord() {
        long seed = 41;
        var random = new Random(seed);
        var network = new Network(4);
        List<Vertex> vertices = Vertices.disorder(
                network.generate(
                        random,
                        40,
                        number -> List.of(Vertices.creation(network, number).bytes())),
                random,
                12);
        var straight = new Task(network, directory.toPath().resolve("straight"));
        for (int offset = 0; offset < vertices.size(); offset++) {
            straight.process(vertices.get(offset), offset);
        }
        assertThat(straight.written).as("seed %d", seed).hasSizeGreaterThan(60);

        var restarted = new Task(network, directory.toPath().resolve("restarted"));
        for (int offset = 0; offset < vertices.size(); offset++) {
            restarted.restart();
            restarted.process(vertices.get(offset), offset);
        }

        assertThat(restarted.written).as("seed %d", seed).isEqualTo(straight.written);
    }

    @Test
    void recordsThatComeAgainAfterARestartChangeNothing() {
        var network = new Network(1);
        List<Vertex> vertices = Vertices.chain(
                network, 30, round -> List.of(Vertices.creation(network, round).bytes()));
        var task = new Task(network, directory.toPath());
        for (int offset = 0; offset < 20; offset++) {
            task.process(vertices.get(offset), offset);
        }
        int before = task.written.size();

        task.restart();
        for (int offset = 10; offset < 20; offset++) {
            task.process(vertices.get(offset), offset);
        }

        assertThat(task.written).hasSize(before);
    }

    @Test
    void restartBetweenAnyTwoPartsOfAStateChangesNothing() {
        var network = new Network(1);
        List<Vertex> vertices = Vertices.chain(
                network, 40, round -> List.of(Vertices.creation(network, round).bytes()));
        var straight = new Task(network, directory.toPath().resolve("straight"));
        List<Cut> cuts = new ArrayList<>();
        var fold = new LedgerDriver.Fold(network.genesis);
        for (int offset = 0; offset < vertices.size(); offset++) {
            straight.process(vertices.get(offset), offset);
        }
        straight.written.stream()
                .filter(CommitChanges.class::isInstance)
                .map(CommitChanges.class::cast)
                .forEach(changes -> {
                    fold.apply(changes);
                    Cut.at(network.genesis, fold, changes).ifPresent(cuts::add);
                });
        Cut cut = cuts.get(1);

        var restarted = new Task(network, directory.toPath().resolve("restarted"));
        long offset = 0;
        for (int i = 0; i < cut.parts().size(); i++) {
            restarted.process(
                    Topics.INSTALLED_KEY, Topics.INSTALLED.encode(cut.parts().get(i)), offset++);
            restarted.restart();
            restarted.process(vertices.get(vertices.size() - 1 - i), offset++);
            restarted.restart();
        }
        for (Vertex vertex : vertices) {
            restarted.process(vertex, offset++);
        }

        assertThat(commits(restarted))
                .hasSizeGreaterThan(10)
                .containsExactlyElementsOf(commits(straight).stream()
                        .skip(cut.manifest().commitIndex() - 1)
                        .toList());
    }

    private static List<Hash> commits(Task task) {
        return task.written.stream()
                .filter(CommitRecord.class::isInstance)
                .map(commit -> Hash.of(((CommitRecord) commit).getCommitHash()))
                .toList();
    }

    private static final class Task {
        private final Network network;
        private final List<KeyValueStore<Bytes, byte[]>> stores = new ArrayList<>();
        private final List<SpecificRecordBase> written = new ArrayList<>();
        private final File stateDirectory;
        private MockProcessorContext<String, SpecificRecordBase> context;
        private OrderAndExecute processor;

        Task(Network network, Path stateDirectory) {
            this.network = network;
            this.stateDirectory = stateDirectory.toFile();
            for (String name : List.of(
                    LedgerTopology.ENTRIES_STORE,
                    LedgerTopology.BUCKETS_STORE,
                    LedgerTopology.VERTICES_STORE,
                    LedgerTopology.OWNERS_STORE,
                    LedgerTopology.RESULTS_STORE,
                    LedgerTopology.INSTALLATION_STORE)) {
                stores.add(Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                        .withLoggingDisabled()
                        .build());
            }
            context = newContext();
            stores.forEach(store -> store.init(context.getStateStoreContext(), store));
            processor = open();
        }

        void restart() {
            processor.close();
            context = newContext();
            processor = open();
        }

        void process(Vertex vertex, long offset) {
            process(vertex.producer().hex(), Vertices.bytes(vertex), offset);
        }

        void process(String key, byte[] value, long offset) {
            context.setRecordMetadata(Topics.VERIFIED.name(), 0, offset);
            processor.process(new Record<>(key, value, 0L));
            // Which validators there are now is said again after every start.
            context.forwarded().stream()
                    .map(forwarded -> forwarded.record().value())
                    .filter(sent -> !(sent instanceof ValidatorTable))
                    .forEach(written::add);
            context.resetForwards();
        }

        private OrderAndExecute open() {
            var opened =
                    new OrderAndExecute(network.genesis, ((AvroSerde<SignedVertex>) Topics.VERIFIED.values()).codec());
            opened.init(context);
            return opened;
        }

        private MockProcessorContext<String, SpecificRecordBase> newContext() {
            var properties = new Properties();
            properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
            properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
            var made =
                    new MockProcessorContext<String, SpecificRecordBase>(properties, new TaskId(0, 0), stateDirectory);
            stores.forEach(made::addStateStore);
            return made;
        }
    }
}
