package dev.meshlog.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

class BoundedRocksDbTest {
    /** About as many as the radio tables have; an eighth of a write buffer for each is more than all may use together. */
    private static final int STORES = 40;

    private static final int RECORDS = 20;

    @TempDir
    Path directory;

    private final BoundedRocksDb settings = new BoundedRocksDb();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void manyStoresWithLittleInThemAreNotFlushed() throws Exception {
        List<RocksDB> stores = new ArrayList<>();
        for (int i = 0; i < STORES; i++) {
            stores.add(open("store-" + i));
        }
        for (int i = 0; i < RECORDS; i++) {
            for (RocksDB store : stores) {
                store.put(ByteBuffer.allocate(Integer.BYTES).putInt(i).array(), new byte[100]);
            }
        }
        for (RocksDB store : stores) {
            assertThat(store.getLongProperty("rocksdb.num-entries-active-mem-table"))
                    .isEqualTo(RECORDS);
        }
    }

    private RocksDB open(String name) throws Exception {
        var options = new Options().setCreateIfMissing(true).setTableFormatConfig(new BlockBasedTableConfig());
        open.add(options);
        settings.setConfig(name, options, Map.of());
        Path place = Files.createDirectories(directory.resolve(name));
        RocksDB store = RocksDB.open(options, place.toString());
        open.add(store);
        return store;
    }
}
