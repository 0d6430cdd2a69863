package dev.meshlog.streams.radio;

import dev.meshlog.schemas.AvroSerde;
import dev.meshlog.schemas.MalformedRecordException;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.SingleObject;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.radio.AlertKind;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.RadioAlert;
import io.micrometer.core.instrument.Metrics;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which events a person should look at, and what is said of them. */
final class Alerts {
    private static final SingleObject<LinkEvent> LINKS = ((AvroSerde<LinkEvent>) Topics.LINKS.values()).codec();

    private Alerts() {}

    static List<RadioAlert> of(KeyEvent event) {
        String node = NodeNumber.text(event.getNode());
        return switch (event.getKind()) {
            case CHANGED ->
                key(
                        AlertKind.KEY_CHANGED,
                        event,
                        node + " was heard with another key than the pinned one, which stays; ask its owner, then"
                                + " 'meshlog keys accept " + node + "' or 'meshlog keys reject " + node + "'");
            case LOW_ENTROPY ->
                key(
                        AlertKind.KEY_WEAK,
                        event,
                        node + " has a key that many radios have: others can read its direct messages; its owner has to"
                                + " make a new one");
            case DUPLICATE ->
                key(
                        AlertKind.KEY_SHARED,
                        event,
                        node + " has the same key as " + texts(event.getOthers())
                                + ": each of them reads what is for the other; all but one need a new key");
            case CLAIMED ->
                key(
                        AlertKind.KEY_CLAIMED,
                        event,
                        node + " sends the key of " + texts(event.getOthers())
                                + ", one of our own radios; it is quarantined");
            case SUPPRESSED ->
                key(
                        AlertKind.KEY_SPAM,
                        event,
                        node
                                + " is sent with more new keys than one node can have in an hour; the others of this hour are"
                                + " not recorded");
            case UNKNOWN, NEW, SEEN, SELF_CERTIFIED, ACCEPTED, REJECTED, REMOVED, VERIFIED, QUARANTINED, KEY_NEEDED ->
                List.of();
        };
    }

    /** @param bytes of a record that anybody may have written */
    static List<RadioAlert> ofLinkEvent(byte @Nullable [] bytes) {
        LinkEvent event;
        try {
            event = LINKS.decode(bytes == null ? new byte[0] : bytes);
        } catch (MalformedRecordException e) {
            return List.of(); // not written by a Meshlog: nothing happened to any link
        }
        return switch (event.getKind()) {
            case LOST -> link(AlertKind.LINK_LOST, event, "is lost and is being connected again");
            case SILENT -> link(AlertKind.LINK_SILENT, event, "answers, but has not heard the mesh for long");
            case DROPPED -> link(AlertKind.LINK_DROPPED, event, "could not keep all that it received");
            case UNKNOWN, OPENED, CLOSED, FAILED, COUNTERS, CONNECTED, REBOOTED, TAKEN_OVER, HEARD_AGAIN, STATUS ->
                List.of();
        };
    }

    static RadioAlert tooManyNodes(NodeObservation observation) {
        return new RadioAlert(
                observation.getNetwork(),
                AlertKind.TOO_MANY_NODES,
                observation.getNode(),
                observation.getLink(),
                "link " + observation.getLink() + " brings more new nodes than the tables take: this one and others of"
                        + " this hour are in radio.packets only; look at who sends them, or raise radio.limits",
                observation.getEvidence(),
                observation.getReceivedAtMs());
    }

    /** How many there were since the process started, for whoever scrapes it. */
    static void count(RadioAlert alert) {
        Metrics.counter("meshlog.radio.alerts", "kind", alert.getKind().name()).increment();
    }

    private static List<RadioAlert> key(AlertKind kind, KeyEvent event, String sentence) {
        return List.of(new RadioAlert(
                event.getNetwork(), kind, event.getNode(), null, sentence, event.getEvidence(), event.getAtMs()));
    }

    private static List<RadioAlert> link(AlertKind kind, LinkEvent event, String what) {
        String detail = event.getDetail() == null ? "" : ": " + event.getDetail();
        return List.of(new RadioAlert(
                event.getNetwork(),
                kind,
                event.getOwnNode(),
                event.getLink(),
                "link " + event.getLink() + " " + what + detail,
                null,
                event.getAtMs()));
    }

    private static String texts(List<Long> nodes) {
        return nodes.stream().map(NodeNumber::text).collect(Collectors.joining(", "));
    }
}
