package dev.meshlog.infra.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.meshlog.ingest.LinkConfig;
import dev.meshlog.ingest.Pace;
import dev.meshlog.ingest.radio.RadioLinks;
import dev.meshlog.ingest.radio.Timing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One source of packets. Which keys are allowed depends on the type.
 *
 * @param type {@code tcp}, {@code serial}, {@code udp}, {@code mqtt} or {@code file}
 * @param path of a {@code .frames} or {@code .mqtt.jsonl} recording
 * @param messagesPerSecond how fast the recording is played; absent: as fast as possible
 * @param host of a radio in the network
 * @param port of the radio, or of the multicast group
 * @param device of a radio on a serial line
 * @param baudRate of the serial line
 * @param group multicast address
 * @param networkInterface by name, where the group is joined; absent: where the system thinks best
 * @param mqtt broker and topics
 * @param silentMinutes without a packet, though the radio or the broker answers, after which somebody is told
 * @param spoolMegabytes how much may wait on disk for Kafka
 * @param keys how keys go back to the radio
 */
public record LinkSettings(
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) String network,
        @JsonProperty(required = true) String type,
        @Nullable String path,
        @Nullable Integer messagesPerSecond,
        @Nullable String host,
        @Nullable Integer port,
        @Nullable String device,
        @Nullable Integer baudRate,
        @Nullable String group,
        @JsonProperty("interface") @Nullable String networkInterface,
        @Nullable MqttSettings mqtt,
        @Nullable Integer silentMinutes,
        @Nullable Integer spoolMegabytes,
        @Nullable KeySettings keys) {
    private static final String NAME = "[a-z0-9][a-z0-9._-]{0,63}";
    private static final String NAME_RULE = "1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit";
    private static final Map<String, Set<String>> KEYS = Map.of(
            "file", Set.of("path", "messagesPerSecond"),
            "tcp", Set.of("host", "port", "silentMinutes", "spoolMegabytes", "keys"),
            "serial", Set.of("device", "baudRate", "silentMinutes", "spoolMegabytes", "keys"),
            "udp", Set.of("group", "port", "interface", "spoolMegabytes"),
            "mqtt", Set.of("mqtt", "silentMinutes", "spoolMegabytes"));

    public LinkSettings {
        require(name != null && name.matches(NAME), "name", NAME_RULE);
        String of = " of link " + name;
        require(network != null && network.matches(NAME), "network" + of, NAME_RULE);
        Set<String> allowed = type == null ? null : KEYS.get(type);
        require(allowed != null, "type" + of, "one of " + new TreeSet<>(KEYS.keySet()));
        var given = new LinkedHashMap<String, @Nullable Object>();
        given.put("path", path);
        given.put("messagesPerSecond", messagesPerSecond);
        given.put("host", host);
        given.put("port", port);
        given.put("device", device);
        given.put("baudRate", baudRate);
        given.put("group", group);
        given.put("interface", networkInterface);
        given.put("mqtt", mqtt);
        given.put("silentMinutes", silentMinutes);
        given.put("spoolMegabytes", spoolMegabytes);
        given.put("keys", keys);
        given.forEach((key, value) -> require(
                value == null || Objects.requireNonNull(allowed).contains(key),
                key + of,
                "absent: it is no key of type " + type));
        if ("file".equals(type)) {
            require(
                    path != null && (path.endsWith(".frames") || path.endsWith(".jsonl")),
                    "path" + of,
                    "the name of a .frames or .jsonl file");
        }
        require(!"tcp".equals(type) || (host != null && !host.isBlank()), "host" + of, "a name or an address");
        require(
                !"serial".equals(type) || (device != null && !device.isBlank()),
                "device" + of,
                "a serial port such as /dev/ttyUSB0");
        require(!"mqtt".equals(type) || mqtt != null, "mqtt" + of, "there, with broker and topics");
        positive(messagesPerSecond, "messagesPerSecond" + of);
        positive(baudRate, "baudRate" + of);
        positive(silentMinutes, "silentMinutes" + of);
        positive(spoolMegabytes, "spoolMegabytes" + of);
        require(port == null || (port > 0 && port <= 65_535), "port" + of, "a port number, 1 to 65535");
    }

    /** A recording. */
    public static LinkSettings file(String name, String network, String path, @Nullable Integer messagesPerSecond) {
        return new LinkSettings(
                name,
                network,
                "file",
                path,
                messagesPerSecond,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** As the ingest module wants it. */
    public LinkConfig toLinkConfig() {
        return new LinkConfig(name, network, source());
    }

    /** Whether there is a radio at its end that can be spoken to. */
    @JsonIgnore
    public boolean isToRadio() {
        return type.equals("tcp") || type.equals("serial");
    }

    /** The defaults, where nothing is said. */
    public KeySettings keysOrDefault() {
        return keys == null ? new KeySettings(null, null) : keys;
    }

    private LinkConfig.Source source() {
        Timing timing =
                silentMinutes == null ? Timing.DEFAULT : Timing.DEFAULT.withSilent(Duration.ofMinutes(silentMinutes));
        long spool = spoolMegabytes == null ? LinkConfig.Live.DEFAULT_SPOOL_BYTES : (long) spoolMegabytes << 20;
        return switch (type) {
            case "tcp" ->
                RadioLinks.tcp(Objects.requireNonNull(host), port == null ? RadioLinks.PORT : port, timing, spool);
            case "serial" ->
                RadioLinks.serial(
                        Objects.requireNonNull(device),
                        baudRate == null ? RadioLinks.BAUD_RATE : baudRate,
                        timing,
                        spool);
            case "udp" ->
                RadioLinks.udp(
                        group == null ? RadioLinks.GROUP : group,
                        port == null ? RadioLinks.PORT : port,
                        networkInterface,
                        spool);
            case "mqtt" ->
                Objects.requireNonNull(mqtt)
                        .options(network, name, silentMinutes)
                        .toLive(spool);
            default ->
                new LinkConfig.FileSource(
                        Path.of(Objects.requireNonNull(path)),
                        messagesPerSecond == null ? Pace.FAST : Pace.perSecond(messagesPerSecond));
        };
    }

    /** A radio serves one client: a second link to it would close the first, and the first one the second. A broker would tell all twice. */
    static void requireDifferentPlaces(List<LinkSettings> links) {
        var places = new HashMap<String, String>();
        for (LinkSettings link : links) {
            if (link.source() instanceof LinkConfig.Live live) {
                String other = places.put(live.place(), link.name());
                if (other != null) {
                    throw new IllegalArgumentException("radio.links must be to different places, but " + other + " and "
                            + link.name() + " are both to " + live.place());
                }
            }
        }
    }

    private static void positive(@Nullable Integer value, String key) {
        require(value == null || value > 0, key, "a positive number");
    }

    private static void require(boolean holds, String key, String wanted) {
        if (!holds) {
            throw new IllegalArgumentException("radio.links." + key + " must be " + wanted);
        }
    }
}
