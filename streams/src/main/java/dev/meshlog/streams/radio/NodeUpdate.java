package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.DeviceMetrics;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.NodeDeviceMetrics;
import dev.meshlog.schemas.radio.NodePosition;
import dev.meshlog.schemas.radio.RadioNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Merges what is said of a node into what is known of it, field by field. What is not said never erases anything, and what was heard
 * before the newest news only fills gaps.
 */
final class NodeUpdate {
    /** Hardware models have numbers up to here, and one for home-made radios. Others are newer than this program. */
    private static final int HIGHEST_KNOWN_MODEL = 87;

    private static final int PRIVATE_MODEL = 255;

    private final RadioNode.Builder node;
    private final boolean news;

    private NodeUpdate(RadioNode.Builder node, boolean news) {
        this.node = node;
        this.news = news;
    }

    static RadioNode apply(@Nullable RadioNode known, String network, long number, NodeFacts facts) {
        RadioNode.Builder node = known == null
                ? RadioNode.newBuilder().setNetwork(network).setNode(number)
                : RadioNode.newBuilder(known);
        Instant last = node.getLastHeardMs();
        boolean news =
                last == null || (facts.heardAt() != null && !facts.heardAt().isBefore(last));
        var update = new NodeUpdate(node, news);
        update.user(facts.user());
        update.position(facts.position());
        update.metrics(facts.metrics());
        update.reception(facts);
        return node.build();
    }

    private void user(User user) {
        node.setLongName(merged(node.getLongName(), name(user.getLongName())));
        node.setShortName(merged(node.getShortName(), name(user.getShortName())));
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

    private void position(Position position) {
        if (position.hasLatitudeI() && position.hasLongitudeI()) {
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

    private void metrics(DeviceMetrics metrics) {
        if (metrics.equals(DeviceMetrics.getDefaultInstance())) {
            return;
        }
        NodeDeviceMetrics.Builder all = node.getDeviceMetrics() == null
                ? NodeDeviceMetrics.newBuilder()
                : NodeDeviceMetrics.newBuilder(node.getDeviceMetrics());
        all.setBatteryLevel(merged(
                all.getBatteryLevel(),
                metrics.hasBatteryLevel() ? Integer.toUnsignedLong(metrics.getBatteryLevel()) : null));
        all.setVoltage(merged(all.getVoltage(), metrics.hasVoltage() ? metrics.getVoltage() : null));
        all.setChannelUtilization(merged(
                all.getChannelUtilization(), metrics.hasChannelUtilization() ? metrics.getChannelUtilization() : null));
        all.setAirUtilTx(merged(all.getAirUtilTx(), metrics.hasAirUtilTx() ? metrics.getAirUtilTx() : null));
        all.setUptimeSeconds(merged(
                all.getUptimeSeconds(),
                metrics.hasUptimeSeconds() ? Integer.toUnsignedLong(metrics.getUptimeSeconds()) : null));
        node.setDeviceMetrics(all.build());
    }

    private void reception(NodeFacts facts) {
        node.setSnr(merged(node.getSnr(), facts.snr()));
        node.setHopsAway(merged(node.getHopsAway(), facts.hopsAway()));
        node.setViaMqtt(merged(node.getViaMqtt(), facts.viaMqtt()));
        node.setListedByRadio(node.getListedByRadio() || facts.isListing());
        if (facts.isPacket()) {
            node.setPackets(node.getPackets() + 1);
        }
        Instant heardAt = facts.heardAt();
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

    /** Without control characters; null when nothing is left. Bytes that are not UTF-8 become replacement characters. */
    private static @Nullable String name(ByteString bytes) {
        StringBuilder name = new StringBuilder();
        bytes.toStringUtf8()
                .codePoints()
                .filter(c -> !Character.isISOControl(c))
                .forEach(name::appendCodePoint);
        String plain = name.toString().strip();
        return plain.isEmpty() ? null : plain;
    }
}
