package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.ingest.simulation.RadioModel;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.Heartbeat;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/** A link between tables and a simulated radio, in virtual time. */
final class Rig implements Outside {
    static final long OWN = 0x4000;
    private static final long STEP = 1_000_000;
    private static final long IDLE_STEP = 100_000_000;
    private static final long HEARTBEAT = Duration.ofSeconds(30).toNanos();
    private static final int NONCE = 0x5EED;

    final MemoryTables tables = new MemoryTables();
    final List<KeyPush> records = new ArrayList<>();
    final Map<String, String> notes = new HashMap<>();
    final List<String> info = new ArrayList<>();
    final List<String> debug = new ArrayList<>();
    final KeySync sync;
    RadioModel radio;
    /** What the radio says and does not arrive. */
    Predicate<FromRadio> swallowed = message -> false;

    boolean diskFull;
    boolean lineBroken;

    long now;
    private boolean open;
    private long lastByte;
    private long busyUntil;
    private long nextTry;

    Rig(KeyPolicy policy) {
        this(new KeySyncSettings(policy, null), RadioLimits.MEASURED, 1);
    }

    Rig(KeySyncSettings settings, RadioLimits limits, long seed) {
        radio = new RadioModel(OWN, limits);
        sync = new KeySync(settings, tables, this, new Totals(), new Random(seed));
        tables.onChange(node -> sync.changed(node, now));
    }

    /** The radio has the node and its key on its list. */
    void holds(long node, ByteString key) {
        radio.nodes()
                .put(NodeInfo.newBuilder()
                        .setNum((int) node)
                        .setLastHeard(100)
                        .setUser(User.newBuilder().setPublicKey(key))
                        .build());
    }

    /** From now on there is a connection, and a new one whenever it breaks. */
    void connect() {
        nextTry = now;
        step(0);
    }

    void disconnect() {
        radio.disconnect();
        nextTry = Long.MAX_VALUE;
        step(0);
    }

    void run(Duration time) {
        long end = now + time.toNanos();
        while (now < end) {
            step(Math.min(end - now, now < busyUntil ? STEP : IDLE_STEP));
        }
    }

    /** Something happens on the air. */
    void hear(MeshPacket packet) {
        radio.hear(packet, now);
        busyUntil = Math.max(busyUntil, now + 10 * IDLE_STEP);
    }

    private void step(long by) {
        now += by;
        if (!open && now >= nextTry && radio.connect(now)) {
            open = true;
            sync.began(now);
            lastByte = now;
            send(ToRadio.newBuilder().setWantConfigId(NONCE).build());
        } else if (open && !radio.isConnected()) {
            open = false;
            sync.ended(now);
            nextTry = nextTry == Long.MAX_VALUE
                    ? nextTry
                    : now + Duration.ofSeconds(1).toNanos();
        }
        if (!open) {
            radio.run(now);
            return;
        }
        for (RadioModel.Said said : radio.run(now)) {
            lastByte = now;
            if (swallowed.test(said.message())) {
                continue;
            }
            sync.received(said.message(), now);
            if (said.message().getConfigCompleteId() == NONCE) {
                sync.complete(OWN, now);
            }
        }
        if (now - lastByte >= HEARTBEAT) {
            lastByte = now;
            radio.receive(
                    ToRadio.newBuilder()
                            .setHeartbeat(Heartbeat.getDefaultInstance())
                            .build(),
                    now);
        }
        sync.tick(now);
    }

    List<KeyPush> records(KeyPushKind kind) {
        return records.stream().filter(each -> each.getKind() == kind).toList();
    }

    int note(String name) {
        return Integer.parseInt(notes.getOrDefault(name, "-1"));
    }

    static MeshPacket nodeInfo(long from, ByteString key) {
        return MeshPacket.newBuilder()
                .setFrom((int) from)
                .setTo(-1)
                .setRxTime(1_790_000_000)
                .setDecoded(Data.newBuilder()
                        .setPortNum(4)
                        .setPayload(User.newBuilder().setPublicKey(key).build().toByteString()))
                .build();
    }

    static MeshPacket position(long from) {
        return MeshPacket.newBuilder()
                .setFrom((int) from)
                .setTo(-1)
                .setRxTime(1_790_000_000)
                .setDecoded(Data.newBuilder().setPortNum(3))
                .build();
    }

    /** A message to the radio as its sender encrypted it. */
    static MeshPacket direct(long from, int id, ByteString senderKey) {
        return MeshPacket.newBuilder()
                .setFrom((int) from)
                .setTo((int) OWN)
                .setId(id)
                .setRxTime(1_790_000_000)
                .setPkiEncrypted(true)
                .setPublicKey(senderKey)
                .setDecoded(Data.newBuilder().setPortNum(1).setPayload(ByteString.copyFromUtf8("hello")))
                .build();
    }

    /** A text of ours. */
    static MeshPacket text(long to, int id) {
        return MeshPacket.newBuilder()
                .setTo((int) to)
                .setId(id)
                .setDecoded(Data.newBuilder().setPortNum(1).setPayload(ByteString.copyFromUtf8("hello")))
                .build();
    }

    @Override
    public boolean send(ToRadio message) {
        if (lineBroken || !radio.isConnected()) {
            return false;
        }
        radio.receive(message, now);
        busyUntil = now + 10 * IDLE_STEP;
        return true;
    }

    @Override
    public boolean write(KeyPush.Builder record) {
        if (diskFull) {
            return false;
        }
        records.add(record.build());
        return true;
    }

    @Override
    public void note(String fact, String value) {
        notes.put(fact, value);
    }

    @Override
    public void info(String line) {
        info.add(line);
    }

    @Override
    public void debug(String line) {
        debug.add(line);
    }
}
