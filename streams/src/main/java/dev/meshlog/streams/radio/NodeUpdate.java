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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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

    private final RadioNode.Builder node;
    private final boolean news;

    private NodeUpdate(RadioNode.Builder node, boolean news) {
        this.node = node;
        this.news = news;
    }

    static RadioNode apply(@Nullable RadioNode known, NodeObservation observation, NodeFacts facts) {
        RadioNode.Builder node = RadioNode.newBuilder(
                known == null
                        ? RadioNode.newBuilder()
                                .setNetwork(observation.getNetwork())
                                .setNode(observation.getNode())
                                .build()
                        : known);
        Instant last = node.getLastHeardMs();
        Instant heardAt = facts.heard().at();
        boolean news = last == null || (heardAt != null && !heardAt.isBefore(last));
        var update = new NodeUpdate(node, news);
        update.user(facts.content().user());
        update.names(facts.content().user(), Objects.requireNonNullElse(heardAt, observation.getReceivedAtMs()));
        update.position(facts.content().position());
        update.metrics(facts.content().metrics());
        update.telemetry(facts.content().telemetry());
        node.setFirmwareVersion(
                update.merged(node.getFirmwareVersion(), facts.content().firmwareVersion()));
        node.setOwn(node.getOwn() || observation.getOwnNode());
        update.reception(facts);
        return node.build();
    }

    private void user(User user) {
        node.setLongName(merged(node.getLongName(), NodeFacts.name(user.getLongName())));
        node.setShortName(merged(node.getShortName(), NodeFacts.name(user.getShortName())));
        if (user.getMacAddress().size() == 6) {
            node.setMacAddress(merged(node.getMacAddress(), user.getMacAddress().asReadOnlyByteBuffer()));
        }
        Integer model = merged(node.getHardwareModel(), user.getHardwareModel() == 0 ? null : user.getHardwareModel());
        node.setHardwareModel(model);
        node.setHardwareModelKnown(model == null || isKnown(model));
        node.setRole(merged(node.getRole(), user.hasRole() ? user.getRole() : null));
        node.setLicensed(merged(node.getLicensed(), user.hasLicensed() ? user.getLicensed() : null));
        node.setUnmessagable(merged(node.getUnmessagable(), user.hasUnmessagable() ? user.getUnmessagable() : null));
    }

    /** A change is a new pair, even when one of the two stays. */
    private void names(User user, Instant at) {
        if (user.getLongName().isEmpty() && user.getShortName().isEmpty()) {
            return;
        }
        var names = new ArrayList<>(node.getNames());
        NodeName last = names.isEmpty() ? null : names.get(names.size() - 1);
        boolean same = last != null
                && Objects.equals(last.getLongName(), node.getLongName())
                && Objects.equals(last.getShortName(), node.getShortName());
        if (last != null && same) {
            Instant seen = at.isAfter(last.getLastSeenMs()) ? at : last.getLastSeenMs();
            names.set(
                    names.size() - 1,
                    new NodeName(last.getLongName(), last.getShortName(), last.getFirstSeenMs(), seen));
        } else if (node.getLongName() != null || node.getShortName() != null) {
            names.add(new NodeName(node.getLongName(), node.getShortName(), at, at));
        }
        node.setNames(names.size() > MAX_NAMES ? names.subList(1, names.size()) : names);
    }

    private void position(Position position) {
        if (isFix(position)) {
            int time = position.getTime() == 0 ? position.getTimestamp() : position.getTime();
            var place = new NodePosition(
                    position.getLatitudeI(),
                    position.getLongitudeI(),
                    position.hasAltitude() ? position.getAltitude() : null,
                    time == 0 ? null : Integer.toUnsignedLong(time),
                    position.hasPrecisionBits() ? position.getPrecisionBits() : null,
                    position.hasGroundSpeed() ? Integer.toUnsignedLong(position.getGroundSpeed()) : null,
                    position.hasGroundTrack() ? Integer.toUnsignedLong(position.getGroundTrack()) : null,
                    position.getSatellitesInView() == 0 ? null : position.getSatellitesInView());
            node.setPosition(merged(node.getPosition(), place));
        }
    }

    /** A radio without a fix sends no coordinates, or 0/0, where nobody is. */
    static boolean isFix(Position position) {
        return position.hasLatitudeI()
                && position.hasLongitudeI()
                && (position.getLatitudeI() != 0 || position.getLongitudeI() != 0)
                && Math.abs((long) position.getLatitudeI()) <= MAX_LATITUDE
                && Math.abs((long) position.getLongitudeI()) <= MAX_LONGITUDE;
    }

    private void telemetry(@Nullable NodeTelemetry told) {
        if (told == null) {
            return;
        }
        var all = new ArrayList<>(node.getTelemetry());
        all.removeIf(known -> known.getKind() == told.getKind()
                && (news || !known.getReceivedAtMs().isAfter(told.getReceivedAtMs())));
        if (all.stream().noneMatch(known -> known.getKind() == told.getKind()) && all.size() < MAX_TELEMETRY) {
            all.add(told);
            all.sort(Comparator.comparing(NodeTelemetry::getKind));
        }
        node.setTelemetry(all);
    }

    private void metrics(DeviceMetrics metrics) {
        if (metrics.equals(DeviceMetrics.getDefaultInstance())) {
            return;
        }
        node.setDeviceMetrics(merged(node.getDeviceMetrics(), metrics));
    }

    /** What is measured, on top of what was measured before. */
    private NodeDeviceMetrics merged(@Nullable NodeDeviceMetrics known, DeviceMetrics said) {
        NodeDeviceMetrics told = metricsOf(said);
        return known == null
                ? told
                : new NodeDeviceMetrics(
                        merged(known.getBatteryLevel(), told.getBatteryLevel()),
                        merged(known.getVoltage(), told.getVoltage()),
                        merged(known.getChannelUtilization(), told.getChannelUtilization()),
                        merged(known.getAirUtilTx(), told.getAirUtilTx()),
                        merged(known.getUptimeSeconds(), told.getUptimeSeconds()));
    }

    static NodeDeviceMetrics metricsOf(DeviceMetrics said) {
        return new NodeDeviceMetrics(
                said.hasBatteryLevel() ? Integer.toUnsignedLong(said.getBatteryLevel()) : null,
                said.hasVoltage() ? said.getVoltage() : null,
                said.hasChannelUtilization() ? said.getChannelUtilization() : null,
                said.hasAirUtilTx() ? said.getAirUtilTx() : null,
                said.hasUptimeSeconds() ? Integer.toUnsignedLong(said.getUptimeSeconds()) : null);
    }

    private void reception(NodeFacts facts) {
        NodeFacts.Heard heard = facts.heard();
        node.setSnr(merged(node.getSnr(), heard.snr()));
        node.setHopsAway(merged(node.getHopsAway(), heard.hopsAway()));
        node.setViaMqtt(merged(node.getViaMqtt(), heard.viaMqtt()));
        node.setListedByRadio(node.getListedByRadio() || facts.origin() == NodeFacts.Origin.LISTING);
        if (facts.origin() == NodeFacts.Origin.PACKET) {
            node.setPackets(node.getPackets() + 1);
        }
        Instant heardAt = heard.at();
        if (heardAt != null) {
            if (node.getFirstHeardMs() == null || heardAt.isBefore(node.getFirstHeardMs())) {
                node.setFirstHeardMs(heardAt);
            }
            if (node.getLastHeardMs() == null || heardAt.isAfter(node.getLastHeardMs())) {
                node.setLastHeardMs(heardAt);
            }
        }
    }

    private <T> @Nullable T merged(@Nullable T known, @Nullable T said) {
        if (said == null) {
            return known;
        }
        return news || known == null ? said : known;
    }

    private static boolean isKnown(int model) {
        return (model > 0 && model <= HIGHEST_KNOWN_MODEL) || model == PRIVATE_MODEL;
    }
}
