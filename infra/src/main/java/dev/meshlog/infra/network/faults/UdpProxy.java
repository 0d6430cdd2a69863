package dev.meshlog.infra.network.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in front of a UDP address and forwards datagrams both ways, or not: what happens to them can be changed while it runs. Each client gets a socket of
 * its own, so that the answers find their way back. One thread of its own; any thread may change the faults.
 */
public final class UdpProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UdpProxy.class);
    private static final int DATAGRAM = 64 << 10;

    /** A datagram that others overtake waits so long, in nanoseconds. */
    private static final long OVERTAKEN_NANOS = 20_000_000;

    /** A client that restarts comes from another port; the one that was silent for longest is forgotten. */
    private static final int CLIENTS = 64;

    /** What is held longer than that by a slow reader would only grow. */
    private static final int HELD = 20_000;

    private final Selector selector;
    private final DatagramChannel front;
    private final InetSocketAddress target;
    private final SplittableRandom random;
    private final Map<InetSocketAddress, DatagramChannel> clients = new LinkedHashMap<>(16, 0.75f, true);
    private final PriorityQueue<Held> held =
            new PriorityQueue<>(Comparator.comparingLong(Held::due).thenComparingLong(Held::number));
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM);
    private final Thread thread;
    private final AtomicLong arrived = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile LinkFaults faults = LinkFaults.NONE;
    private volatile boolean closed;
    private volatile int waiting;
    private int cutsSeen;
    private long number;

    /** @param cuts that the link had seen when it came */
    private record Held(
            long due, long number, int cuts, DatagramChannel from, InetSocketAddress to, ByteBuffer content) {}

    /**
     * What came in and what went out.
     *
     * @param arrived datagrams
     * @param sent datagrams, duplicates among them
     * @param waiting datagrams that are on their way
     */
    public record Tally(long arrived, long sent, int waiting) {
        Tally plus(Tally other) {
            return new Tally(arrived + other.arrived, sent + other.sent, waiting + other.waiting);
        }
    }

    private UdpProxy(InetSocketAddress listen, InetSocketAddress target, long seed) throws IOException {
        this.target = target;
        this.random = new SplittableRandom(seed);
        this.selector = Selector.open();
        this.front = open(listen);
        front.register(selector, SelectionKey.OP_READ, target);
        this.thread = new Thread(this::run, "meshlog-udp-proxy-" + address().getPort());
        thread.setDaemon(true);
    }

    /**
     * Opens one and forwards from now on.
     *
     * @param listen port 0: any free one
     * @param seed of everything that is random
     */
    public static UdpProxy open(InetSocketAddress listen, InetSocketAddress target, long seed) throws IOException {
        var proxy = new UdpProxy(listen, target, seed);
        proxy.thread.start();
        return proxy;
    }

    /** Where clients find it. */
    public InetSocketAddress address() {
        try {
            return (InetSocketAddress) front.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException("the proxy for " + target, e);
        }
    }

    /** From now on. */
    public void set(LinkFaults changed) {
        if (changed.isCut()) {
            cuts.incrementAndGet();
        }
        faults = changed;
        selector.wakeup();
    }

    public Tally tally() {
        return new Tally(arrived.get(), sent.get(), waiting);
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed) {
                long wait = held.isEmpty() ? 0 : millis(held.element().due() - System.nanoTime());
                if (wait == 0 && !held.isEmpty()) {
                    selector.selectNow();
                } else {
                    selector.select(wait);
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    if (!key.isValid()) {
                        continue;
                    }
                    receive((DatagramChannel) key.channel(), (InetSocketAddress) key.attachment());
                }
                selector.selectedKeys().clear();
                loseWhatWasCutOff();
                sendWhatIsDue();
                waiting = held.size();
            }
        } catch (IOException e) {
            LOG.error("the proxy for {} ends: {}", target, e.toString());
        } finally {
            closeAll();
        }
    }

    /** Rounded up: too early would be another turn for nothing. */
    private static long millis(long nanos) {
        return nanos <= 0 ? 0 : nanos / 1_000_000 + 1;
    }

    /** @param to the target for what comes to the front; the client for what comes from the target */
    private void receive(DatagramChannel from, InetSocketAddress to) throws IOException {
        while (true) {
            buffer.clear();
            var sender = (InetSocketAddress) from.receive(buffer);
            if (sender == null) {
                return;
            }
            buffer.flip();
            var content = ByteBuffer.allocate(buffer.remaining()).put(buffer).flip();
            if (from.equals(front)) {
                take(client(sender), target, content);
            } else if (sender.equals(target)) {
                take(front, to, content);
            }
            arrived.incrementAndGet();
        }
    }

    private void take(DatagramChannel out, InetSocketAddress to, ByteBuffer content) {
        LinkFaults now = faults;
        if (now.isCut() || chance(now.lost())) {
            return;
        }
        hold(out, to, content, now);
        if (chance(now.duplicated())) {
            hold(out, to, content, now);
        }
    }

    private void hold(DatagramChannel out, InetSocketAddress to, ByteBuffer content, LinkFaults now) {
        long nanos = now.delay().toNanos();
        long jitter = now.jitter().toNanos();
        if (jitter > 0) {
            nanos += random.nextLong(-jitter, jitter + 1);
        }
        if (chance(now.overtaken())) {
            nanos += OVERTAKEN_NANOS;
        }
        if (held.size() < HELD) {
            held.add(new Held(System.nanoTime() + nanos, number++, cuts.get(), out, to, content));
        }
    }

    private boolean chance(double share) {
        return share > 0 && random.nextDouble() < share;
    }

    private void loseWhatWasCutOff() {
        int now = cuts.get();
        if (now != cutsSeen) {
            cutsSeen = now;
            held.removeIf(each -> each.cuts() != now);
        }
    }

    private void sendWhatIsDue() {
        long now = System.nanoTime();
        while (!held.isEmpty() && held.element().due() - now <= 0) {
            Held next = held.remove();
            if (!faults.isCut()) {
                send(next);
            }
        }
    }

    private void send(Held datagram) {
        try {
            sent.addAndGet(datagram.from().send(datagram.content().duplicate(), datagram.to()) > 0 ? 1 : 0);
        } catch (ClosedChannelException e) {
            LOG.debug("a client of {} was forgotten meanwhile", target);
        } catch (IOException e) {
            // Nobody listens there at the moment: on a network that would be a lost datagram, too.
            LOG.debug("to {}: {}", datagram.to(), e.toString());
        }
    }

    private DatagramChannel client(InetSocketAddress address) throws IOException {
        DatagramChannel known = clients.get(address);
        if (known != null) {
            return known;
        }
        if (clients.size() >= CLIENTS) {
            var eldest = clients.entrySet().iterator();
            eldest.next().getValue().close();
            eldest.remove();
        }
        DatagramChannel fresh = open(new InetSocketAddress(front.socket().getLocalAddress(), 0));
        fresh.register(selector, SelectionKey.OP_READ, address);
        clients.put(address, fresh);
        return fresh;
    }

    private static DatagramChannel open(InetSocketAddress bind) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            channel.configureBlocking(false);
            return channel.bind(bind);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void closeAll() {
        clients.values().forEach(UdpProxy::close);
        close(front);
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("the selector of the proxy for {}: {}", target, e.toString());
        }
    }

    private static void close(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("a socket of a proxy: {}", e.toString());
        }
    }
}
