package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.ingest.radio.RadioListener;
import dev.meshlog.ingest.radio.RadioPort;
import dev.meshlog.ingest.radio.RelayQueue;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.KeyPush;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one link to a radio, and everything else that goes to it: the radio's queue is one, so who sends past this makes it lose packets. Any thread
 * may use it. What waits when a session ends is dropped.
 */
public final class KeyLink implements RadioListener, RelayQueue, AutoCloseable {
    private final LinkOutside outside;
    private final LinkMetrics metrics;
    private final KeySync sync;
    /** Nodes of which the tables say something else than before. While there is no session they gather here, each once. */
    private final Set<Long> changed = ConcurrentHashMap.newKeySet();

    private final List<Runnable> handedOver = new ArrayList<>();
    /** Who has told its config in this session. */
    private @Nullable Long radio;

    private KeyLink(String network, RadioPort port, MeshTables tables, KeySyncSettings settings, Clock clock) {
        var totals = new Totals();
        outside = new LinkOutside(network, port, clock);
        metrics = new LinkMetrics(network, port.link(), totals);
        sync = new KeySync(settings, tables, outside, totals, new Random());
    }

    /**
     * Begins to listen; the link must not be open yet.
     *
     * @param tables of the radio's network
     */
    public static KeyLink open(
            String network, RadioPort port, MeshTables tables, KeySyncSettings settings, Clock clock) {
        var link = new KeyLink(network, port, tables, settings, clock);
        port.listen(link);
        tables.onChange(link.changed::add);
        return link;
    }

    /** Takes a request of the operator, from {@code radio.key-pushes}. */
    public void asked(KeyPush request) {
        step(now -> sync.asked(request, now));
    }

    @Override
    public boolean relay(MeshPacket packet, Runnable done) {
        boolean[] taken = new boolean[1];
        step(now -> taken[0] = isFor(packet) && sync.relay(packet, () -> handedOver.add(done), now));
        return taken[0];
    }

    /** Whoever hands a packet over may not have heard yet that another radio is there. */
    private boolean isFor(MeshPacket packet) {
        return radio != null && radio == NodeNumber.of(packet.getFrom());
    }

    @Override
    public void began() {
        step(now -> {
            radio = null;
            sync.began(now);
        });
    }

    @Override
    public void received(FromRadio message, ByteString payload) {
        if (message.hasMyInfo()) {
            outside.radio(NodeNumber.of(message.getMyInfo().getMyNodeNum()));
        }
        step(now -> sync.received(message, now));
    }

    @Override
    public void complete(long ownNode) {
        outside.radio(ownNode);
        step(now -> {
            radio = ownNode;
            sync.complete(ownNode, now);
        });
    }

    @Override
    public void ended() {
        step(now -> {
            radio = null;
            sync.ended(now);
        });
        outside.radio(null);
    }

    @Override
    public void tick() {
        step(now -> {
            for (Iterator<Long> each = changed.iterator(); each.hasNext(); ) {
                Long node = each.next();
                // First out, then looked at: what changes in between is looked at again.
                each.remove();
                sync.changed(node, now);
            }
            sync.tick(now);
        });
    }

    /** Who is told that a packet was handed over may hold locks, and wait for ours. */
    private void step(Consumer<Long> what) {
        List<Runnable> done;
        synchronized (this) {
            what.accept(System.nanoTime());
            done = List.copyOf(handedOver);
            handedOver.clear();
        }
        done.forEach(Runnable::run);
    }

    @Override
    public void close() {
        metrics.close();
    }
}
