package dev.meshlog.ingest.keysync;

import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the operator asked for: one request after the other, each to its FINISHED record. They wait for a radio, and do not outlive its session. */
final class Requests {
    /** With the node. */
    static final String ANOTHER_KEY = "the radio has another key; 'meshlog keys %s' shows both";

    private static final int MOST_WAITING = 16;

    private final Outside outside;
    private final Deque<KeyPush> waiting = new ArrayDeque<>();
    private @Nullable Running running;

    Requests(Outside outside) {
        this.outside = outside;
    }

    private static final class Running {
        final KeyPush asked;
        final Set<Long> underWay = new HashSet<>();
        final Map<String, Long> counters = new LinkedHashMap<>();
        boolean waitsForList;
        /** Planned contacts that would take room. */
        int taken;

        Running(KeyPush asked) {
            this.asked = asked;
            for (String counter : new String[] {"wanted", "known", "pushed", "acknowledged", "failed", "refused"}) {
                counters.put(counter, 0L);
            }
        }

        void count(String counter) {
            counters.merge(counter, 1L, Long::sum);
        }
    }

    void asked(KeyPush request) {
        if (waiting.size() >= MOST_WAITING) {
            finish(new Running(request), "too many requests wait");
        } else {
            waiting.add(request);
        }
    }

    void tick(Session session, long now) {
        Running current = running;
        if (current == null && session.isWorking() && !session.stock().isListing() && !waiting.isEmpty()) {
            running = new Running(waiting.remove());
            start(running, session, now);
        }
    }

    /** The radio has told its whole list again. */
    void listed(Session session, long now) {
        Running current = running;
        if (current != null && current.waitsForList) {
            current.waitsForList = false;
            give(current, session, now);
        }
    }

    /** The radio will not tell its list. */
    void unlisted(String why) {
        Running current = running;
        if (current != null && current.waitsForList) {
            running = null;
            current.count("failed");
            finish(current, why);
        }
    }

    /** @param held whether the radio has the key, wherever it is from */
    void ended(Push push, boolean acknowledged, boolean held) {
        Running current = running;
        if (current == null || !current.underWay.remove(push.contact.node())) {
            return;
        }
        if (push.attempt > 0) {
            current.count("pushed");
        }
        if (acknowledged) {
            current.count("acknowledged");
        } else if (push.failure != null) {
            current.count("failed");
        } else {
            current.count(held ? "known" : "refused");
        }
        if (current.underWay.isEmpty()) {
            running = null;
            finish(current, null);
        }
    }

    void sessionEnded() {
        Running current = running;
        running = null;
        if (current != null) {
            current.counters.merge("failed", Math.max(1L, current.underWay.size()), Long::sum);
            finish(current, "the session with the radio ended");
        }
    }

    private void start(Running current, Session session, long now) {
        if (!current.asked.getForce()) {
            give(current, session, now);
        } else if (session.askForList(now)) {
            current.waitsForList = true;
        } else {
            // The session may outlive a line that is broken for a moment.
            running = null;
            current.count("failed");
            finish(current, "the radio could not be asked for its nodes");
        }
    }

    private void give(Running current, Session session, long now) {
        Long node = current.asked.getNode();
        if (node != null) {
            giveOne(current, session, node, now);
        } else {
            current.counters.put("wanted", (long) session.stock().contacts());
            for (Contact contact : session.stock().missing()) {
                giveOrTell(current, session, contact, now);
            }
            current.counters.put(
                    "known",
                    (long) session.stock().contacts()
                            - session.stock().missing().size()
                            - session.stock().differing());
        }
        if (current.underWay.isEmpty() && running == current) {
            running = null;
            finish(current, null);
        }
    }

    private void giveOne(Running current, Session session, long node, long now) {
        current.count("wanted");
        Contact contact = session.stock().contact(node).orElse(null);
        if (contact == null) {
            refuse(current, node, session.stock().refusal(node));
        } else if (session.stock().differs(contact)) {
            refuse(current, node, ANOTHER_KEY.formatted(NodeNumber.text(node)));
        } else if (session.stock().isMissing(contact)) {
            giveOrTell(current, session, contact, now);
        } else {
            current.count("known");
        }
    }

    private void giveOrTell(Running current, Session session, Contact contact, long now) {
        if (current.asked.getDryRun()) {
            plan(current, session, contact);
        } else if (session.giving()
                .demand(contact, KeyPushCause.OPERATOR, current.asked.getRequest(), now)
                .isPresent()) {
            current.underWay.add(contact.node());
        } else {
            current.count("refused");
        }
    }

    private void plan(Running current, Session session, Contact contact) {
        if (!session.giving().plan(contact, current.taken, current.asked.getRequest())) {
            current.count("refused");
            return;
        }
        current.taken += session.stock().radio().isProtected(contact.node()) ? 0 : 1;
        current.count("planned");
        outside.write(Records.about(contact, KeyPushKind.PLANNED, KeyPushCause.OPERATOR)
                .setRequest(current.asked.getRequest()));
    }

    private void refuse(Running current, long node, String why) {
        current.count("refused");
        outside.write(Records.of(KeyPushKind.REFUSED, KeyPushCause.OPERATOR)
                .setNode(node)
                .setRequest(current.asked.getRequest())
                .setDetail(why));
    }

    private void finish(Running current, @Nullable String detail) {
        outside.write(Records.of(KeyPushKind.FINISHED, KeyPushCause.OPERATOR)
                .setNode(current.asked.getNode())
                .setRequest(current.asked.getRequest())
                .setForce(current.asked.getForce())
                .setDryRun(current.asked.getDryRun())
                .setCounters(current.counters)
                .setDetail(detail));
    }
}
