package dev.meshlog.streams.radio;

import dev.meshlog.schemas.meshtastic.DeviceMetrics;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.NodeDeviceMetrics;
import dev.meshlog.schemas.radio.NodeName;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.NodePosition;
import dev.meshlog.schemas.radio.NodeTelemetry;
import dev.meshlog.schemas.radio.RadioNode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Merges what is said of a node into what is known of it, field by field. What is not said never erases anything, and what was heard
 * before the newest news only fills gaps.
 */
final class NodeUpdate {
    /** Hardware models have numbers up to here, and one for home-made radios. Others are newer than this program. */
    private static final int HIGHEST_KNOWN_MODEL = 87;

    private static final int PRIVATE_MODEL = 255;

    private static final int MAX_NAMES = 16;
    private static final int MAX_TELEMETRY = 16;
    private static final long MAX_LATITUDE = 900_000_000;
    private static final long MAX_LONGITUDE = 1_800_000_000;

    private final RadioNode known;
    private final boolean news;

    private NodeUpdate(RadioNode known, boolean news) {
        this.known = known;
        this.news = news;
    }

    static RadioNode apply(@Nullable RadioNode known, NodeObservation observation, NodeFacts facts) {
        RadioNode before = known == null ? unknown(observation) : known;
        Instant last = before.getLastHeardMs();
        Instant heardAt = facts.heard().at();
        boolean news = last == null || (heardAt != null && !heardAt.isBefore(last));
        return new NodeUpdate(before, news).apply(observation, facts);
    }

    private static RadioNode unknown(NodeObservation observation) {
        return new RadioNode(
                observation.getNetwork(),
                observation.getNode(),
                null,
                null,
                null,
                null,
                true,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                null,
                List.of(),
                null,
                null,
                null,
                false,
                false,
                0L,
                null,
                null);
    }

    /** By the constructor: Avro's builders copy everything that did not change. */
    private RadioNode apply(NodeObservation observation, NodeFacts facts) {
        User user = facts.content().user();
        NodeFacts.Heard heard = facts.heard();
        Instant at = heard.at();
        String longName = merged(known.getLongName(), NodeFacts.name(user.getLongName()));
        String shortName = merged(known.getShortName(), NodeFacts.name(user.getShortName()));
        ByteBuffer macAddress =
                user.getMacAddress().size() == 6 ? user.getMacAddress().asReadOnlyByteBuffer() : null;
        Integer model = merged(known.getHardwareModel(), user.getHardwareModel() == 0 ? null : user.getHardwareModel());
        Position position = facts.content().position();
        boolean named = !user.getLongName().isEmpty() || !user.getShortName().isEmpty();
        return new RadioNode(
                known.getNetwork(),
                known.getNode(),
                longName,
                shortName,
                merged(known.getMacAddress(), macAddress),
                model,
                model == null || isKnown(model),
                merged(known.getRole(), user.hasRole() ? user.getRole() : null),
                merged(known.getLicensed(), user.hasLicensed() ? user.getLicensed() : null),
                merged(known.getUnmessagable(), user.hasUnmessagable() ? user.getUnmessagable() : null),
                merged(known.getPosition(), isFix(position) ? place(position) : null),
                metrics(facts.content().metrics()),
                named
                        ? names(longName, shortName, Objects.requireNonNullElse(at, observation.getReceivedAtMs()))
                        : known.getNames(),
                merged(known.getFirmwareVersion(), facts.content().firmwareVersion()),
                telemetry(facts.content().telemetry()),
                merged(known.getSnr(), heard.snr()),
                merged(known.getHopsAway(), heard.hopsAway()),
                merged(known.getViaMqtt(), heard.viaMqtt()),
                known.getListedByRadio() || facts.origin() == NodeFacts.Origin.LISTING,
                known.getOwn() || observation.getOwnNode(),
                known.getPackets() + (facts.origin() == NodeFacts.Origin.PACKET ? 1 : 0),
                extreme(known.getFirstHeardMs(), at, true),
                extreme(known.getLastHeardMs(), at, false));
    }

    private static @Nullable Instant extreme(@Nullable Instant one, @Nullable Instant other, boolean first) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) == first ? one : other;
    }

    /** A change is a new pair, even when one of the two stays. */
    private List<NodeName> names(@Nullable String longName, @Nullable String shortName, Instant at) {
        var names = new ArrayList<>(known.getNames());
        NodeName last = names.isEmpty() ? null : names.get(names.size() - 1);
        boolean same = last != null
                && Objects.equals(last.getLongName(), longName)
                && Objects.equals(last.getShortName(), shortName);
        if (last != null && same) {
            Instant seen = at.isAfter(last.getLastSeenMs()) ? at : last.getLastSeenMs();
            names.set(names.size() - 1, new NodeName(longName, shortName, last.getFirstSeenMs(), seen));
        } else if (longName != null || shortName != null) {
            names.add(new NodeName(longName, shortName, at, at));
        }
        return List.copyOf(names.size() > MAX_NAMES ? names.subList(1, names.size()) : names);
    }

    /** A radio without a fix sends no coordinates, or 0/0, where nobody is. */
    private static boolean isFix(Position position) {
        return position.hasLatitudeI()
                && position.hasLongitudeI()
                && (position.getLatitudeI() != 0 || position.getLongitudeI() != 0)
                && Math.abs((long) position.getLatitudeI()) <= MAX_LATITUDE
                && Math.abs((long) position.getLongitudeI()) <= MAX_LONGITUDE;
    }

    private static NodePosition place(Position position) {
        int time = position.getTime() == 0 ? position.getTimestamp() : position.getTime();
        return new NodePosition(
                position.getLatitudeI(),
                position.getLongitudeI(),
                position.hasAltitude() ? position.getAltitude() : null,
                time == 0 ? null : Integer.toUnsignedLong(time),
                position.hasPrecisionBits() ? position.getPrecisionBits() : null,
                position.hasGroundSpeed() ? Integer.toUnsignedLong(position.getGroundSpeed()) : null,
                position.hasGroundTrack() ? Integer.toUnsignedLong(position.getGroundTrack()) : null,
                position.getSatellitesInView() == 0 ? null : position.getSatellitesInView());
    }

    /** The newest of each kind. */
    private List<NodeTelemetry> telemetry(@Nullable NodeTelemetry told) {
        if (told == null) {
            return known.getTelemetry();
        }
        var all = new ArrayList<>(known.getTelemetry());
        all.removeIf(older -> older.getKind() == told.getKind()
                && (news || !older.getReceivedAtMs().isAfter(told.getReceivedAtMs())));
        if (all.stream().noneMatch(newer -> newer.getKind() == told.getKind()) && all.size() < MAX_TELEMETRY) {
            all.add(told);
            all.sort(Comparator.comparing(NodeTelemetry::getKind));
        }
        return List.copyOf(all);
    }

    /** What is measured, on top of what was measured before. */
    private @Nullable NodeDeviceMetrics metrics(DeviceMetrics said) {
        NodeDeviceMetrics before = known.getDeviceMetrics();
        if (said.equals(DeviceMetrics.getDefaultInstance())) {
            return before;
        }
        NodeDeviceMetrics told = metricsOf(said);
        return before == null
                ? told
                : new NodeDeviceMetrics(
                        merged(before.getBatteryLevel(), told.getBatteryLevel()),
                        merged(before.getVoltage(), told.getVoltage()),
                        merged(before.getChannelUtilization(), told.getChannelUtilization()),
                        merged(before.getAirUtilTx(), told.getAirUtilTx()),
                        merged(before.getUptimeSeconds(), told.getUptimeSeconds()));
    }

    static NodeDeviceMetrics metricsOf(DeviceMetrics said) {
        return new NodeDeviceMetrics(
                said.hasBatteryLevel() ? Integer.toUnsignedLong(said.getBatteryLevel()) : null,
                said.hasVoltage() ? said.getVoltage() : null,
                said.hasChannelUtilization() ? said.getChannelUtilization() : null,
                said.hasAirUtilTx() ? said.getAirUtilTx() : null,
                said.hasUptimeSeconds() ? Integer.toUnsignedLong(said.getUptimeSeconds()) : null);
    }

    private <T> @Nullable T merged(@Nullable T before, @Nullable T said) {
        if (said == null) {
            return before;
        }
        return news || before == null ? said : before;
    }

    private static boolean isKnown(int model) {
        return (model > 0 && model <= HIGHEST_KNOWN_MODEL) || model == PRIVATE_MODEL;
    }
}
