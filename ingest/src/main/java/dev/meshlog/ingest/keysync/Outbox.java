package dev.meshlog.ingest.keysync;

import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Everything that goes to one radio in one session, a few packets at a time: relayed packets first, then keys. */
final class Outbox {
    private static final int MOST_WAITING = 64;
    /** A message goes out without its key rather than never. */
    private static final long LONGEST_HOLD = Duration.ofSeconds(10).toNanos();

    private final LongSupplier own;
    private final Outside outside;
    private final Totals totals;
    private final RandomGenerator random;
    private final Session session;
    private final Window window = new Window();
    private final Flights flights = new Flights();
    private final Deque<Relay> relays = new ArrayDeque<>();
    /** By node, in the order in which they are to go. */
    private final Map<Long, Push> pushes = new LinkedHashMap<>();

    private final Deque<Push> waiting = new ArrayDeque<>();
    private final Map<Integer, Push> sent = new HashMap<>();
    private boolean paused;
    private @Nullable Round round;

    Outbox(LongSupplier own, Outside outside, Totals totals, RandomGenerator random, Session session) {
        this.own = own;
        this.outside = outside;
        this.totals = totals;
        this.random = random;
        this.session = session;
    }

    /** What the outbox asks, and tells. */
    interface Session {
        /** The key of this push as it is to be sent now; empty when the radio should not get it any more. */
        Optional<Contact> current(Push push);

        /** The push that has to come before the packet, if there is one. */
        Optional<Push> before(MeshPacket packet, long now);

        void ended(Push push, boolean acknowledged, long now);
    }

    /** While it lasts, keys wait; relayed packets do not. */
    void pause(boolean pause) {
        paused = pause;
    }

    boolean relay(MeshPacket packet, Runnable handedOver, boolean free, long now) {
        int held = pushes.values().stream().mapToInt(push -> push.before.size()).sum();
        if (relays.size() + held >= MOST_WAITING) {
            return false;
        }
        relays.add(new Relay(packet, handedOver, now, free));
        return true;
    }

    Optional<Push> of(long node) {
        return Optional.ofNullable(pushes.get(node));
    }

    /** The push of this node: the one that is under way already, or a new one. */
    Push push(Contact contact, KeyPushCause cause, @Nullable String request, long now) {
        Push push = pushes.get(contact.node());
        if (push == null) {
            push = new Push(contact, cause, request);
            pushes.put(contact.node(), push);
            waiting.add(push);
            if (round == null) {
                round = new Round(now);
            }
        } else if (request != null) {
            push.request = request;
        }
        return push;
    }

    List<Push> pushes() {
        return new ArrayList<>(pushes.values());
    }

    void heard(long now) {
        window.heard(now);
    }

    /** The radio has put the packet into its own queue, or refused it: either way it is out of ours. */
    void taken(int id) {
        flights.taken(id);
    }

    /** The radio's answer to one of our keys; of no interest when it is to something else. */
    void answered(int id, int error, long now) {
        Push push = sent.get(id);
        if (push == null) {
            return;
        }
        flights.answered(id);
        if (error == 0) {
            window.acknowledged();
            totals.acknowledged.incrementAndGet();
            outside.write(about(push, KeyPushKind.ACKNOWLEDGED, id));
            end(push, true, now);
        } else {
            fail(push, "the radio answered with error " + error, now);
        }
    }

    /** Sends what there is room for. */
    void pump(long now) {
        for (Push lost : flights.lost(now)) {
            window.lost();
            if (lost.attempt < Push.MOST_ATTEMPTS) {
                waiting.addFirst(lost);
            } else {
                fail(lost, "no acknowledgement of " + lost.attempt + " attempts", now);
            }
        }
        pushes.values().forEach(push -> release(push, now - LONGEST_HOLD));
        while (flights.size() < window.size(now) && (sendRelay(now) || sendPush(now))) {
            // Until there is no room, or nothing to send.
        }
        Round done = round;
        if (done != null && pushes.isEmpty()) {
            round = null;
            if (!done.isEmpty()) {
                outside.info(done.line(0, now));
            }
        }
    }

    /** @return those that were under way */
    List<Push> close(long now) {
        Round cut = round;
        if (cut != null) {
            outside.info(cut.line(pushes.size(), now));
        }
        return pushes();
    }

    int nextId() {
        int id = random.nextInt();
        while (id == 0 || flights.contains(id) || sent.containsKey(id)) {
            id = random.nextInt();
        }
        return id;
    }

    private boolean sendRelay(long now) {
        while (!relays.isEmpty()) {
            Relay relay = relays.remove();
            Optional<Push> first = relay.free() ? Optional.empty() : session.before(relay.packet(), now);
            if (first.isPresent()) {
                first.get().before.add(relay);
                continue;
            }
            if (!outside.send(ToRadio.newBuilder().setPacket(relay.packet()).build())) {
                relays.addFirst(relay);
                return false;
            }
            flights.begin(relay.packet().getId(), null, now);
            relay.handedOver().run();
            return true;
        }
        return false;
    }

    private boolean sendPush(long now) {
        while (!paused && !waiting.isEmpty()) {
            Push push = takeNext();
            Optional<Contact> contact = session.current(push);
            if (contact.isEmpty()) {
                end(push, false, now);
                continue;
            }
            push.contact = contact.get();
            push.attempt++;
            int id = nextId();
            push.ids.add(id);
            sent.put(id, push);
            flights.begin(id, push, now);
            // First on disk, then on the line. Whichever of the two fails, the acknowledgement does not come, and it is
            // tried again.
            if (outside.write(about(push, KeyPushKind.PUSHED, id))
                    && outside.send(Messages.contact(own.getAsLong(), id, push.contact.message()))) {
                totals.pushed.incrementAndGet();
            }
            return true;
        }
        return false;
    }

    private Push takeNext() {
        for (Iterator<Push> each = waiting.iterator(); each.hasNext(); ) {
            Push push = each.next();
            if (push.isUrgent()) {
                each.remove();
                return push;
            }
        }
        return waiting.remove();
    }

    private void fail(Push push, String why, long now) {
        totals.failed.incrementAndGet();
        outside.write(about(push, KeyPushKind.FAILED, null).setDetail(why));
        push.failure = why;
        end(push, false, now);
    }

    private void end(Push push, boolean acknowledged, long now) {
        pushes.remove(push.contact.node());
        waiting.remove(push);
        flights.forget(push);
        push.ids.forEach(sent::remove);
        if (round != null && (acknowledged || push.failure != null)) {
            round.ended(acknowledged);
        }
        release(push, now);
        session.ended(push, acknowledged, now);
    }

    private void release(Push push, long heldSince) {
        for (int i = push.before.size() - 1; i >= 0; i--) {
            if (push.before.get(i).since() <= heldSince) {
                relays.addFirst(push.before.remove(i).released());
            }
        }
    }

    private static KeyPush.Builder about(Push push, KeyPushKind kind, @Nullable Integer id) {
        return Records.about(push.contact, kind, push.cause)
                .setPacketId(id == null ? null : Integer.toUnsignedLong(id))
                .setAttempt(push.attempt)
                .setRequest(push.request);
    }
}
