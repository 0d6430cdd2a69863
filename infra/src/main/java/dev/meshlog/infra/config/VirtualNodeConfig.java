package dev.meshlog.infra.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.meshlog.ingest.virtual.VirtualNodeSettings;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A TCP server that is a radio to its clients, in front of a link's radio or of a network's tables.
 *
 * @param listen HOST:PORT
 * @param link whose radio it is; this or a network
 * @param network which is shown without a radio
 * @param allow addresses and networks of clients beside this machine
 * @param allowAdmin whether clients may change the radio
 * @param allowSecrets whether they see its private key, channel keys and passwords
 * @param messagesPerMinute of one client
 * @param clients at most at a time
 * @param region that clients of a network are shown, as the protocol numbers LoRa regions
 */
public record VirtualNodeConfig(
        @JsonProperty(required = true) String listen,
        @Nullable String link,
        @Nullable String network,
        @Nullable List<String> allow,
        @Nullable Boolean allowAdmin,
        @Nullable Boolean allowSecrets,
        @Nullable Integer messagesPerMinute,
        @Nullable Integer clients,
        @Nullable Integer region) {
    private static final String KEY = "radio.virtualNodes.";
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\[\\]]+):([0-9]{1,5})");
    private static final Set<String> WITH_A_RADIO = Set.of("tcp", "serial");
    private static final int REGIONS = 100;

    public VirtualNodeConfig {
        allow = allow == null ? List.of() : List.copyOf(allow);
        allowAdmin = allowAdmin != null && allowAdmin;
        allowSecrets = allowSecrets != null && allowSecrets;
        messagesPerMinute =
                messagesPerMinute == null ? VirtualNodeSettings.DEFAULT_MESSAGES_PER_MINUTE : messagesPerMinute;
        clients = clients == null ? VirtualNodeSettings.DEFAULT_CLIENTS : clients;
        region = region == null ? 0 : region;
        Matcher address = ADDRESS.matcher(listen == null ? "" : listen);
        MeshlogConfig.require(
                address.matches() && Integer.parseInt(address.group(2)) <= 65_535,
                KEY + "listen",
                "HOST:PORT, an IPv6 address in brackets");
        MeshlogConfig.require((link == null) != (network == null), KEY + "link", "there, or network, and not both");
        MeshlogConfig.require(messagesPerMinute >= 1, KEY + "messagesPerMinute", "at least 1");
        MeshlogConfig.require(clients >= 1, KEY + "clients", "at least 1");
        MeshlogConfig.require(region >= 0 && region < REGIONS, KEY + "region", "a LoRa region's number, 0 to 99");
    }

    /** Of a network, for this machine alone. */
    public static VirtualNodeConfig ofNetwork(String listen, String network) {
        return new VirtualNodeConfig(listen, null, network, null, null, null, null, null, null);
    }

    /** @throws IllegalArgumentException when others than this machine could connect and nobody says who, or an address is none */
    public VirtualNodeSettings settings() {
        int colon = listen.lastIndexOf(':');
        String host = listen.substring(0, colon).replaceAll("[\\[\\]]", "");
        return VirtualNodeSettings.of(
                new InetSocketAddress(host, Integer.parseInt(listen.substring(colon + 1))),
                Objects.requireNonNull(allow),
                Boolean.TRUE.equals(allowAdmin),
                Boolean.TRUE.equals(allowSecrets),
                Objects.requireNonNull(messagesPerMinute),
                Objects.requireNonNull(clients));
    }

    @Override
    public Integer region() {
        return Objects.requireNonNull(region);
    }

    /** Each stands in front of something that is there, and at an address of its own. */
    static void requireFitting(List<VirtualNodeConfig> nodes, List<LinkSettings> links) {
        var places = new HashSet<String>();
        Set<String> radios = links.stream()
                .filter(link -> WITH_A_RADIO.contains(link.type()))
                .map(LinkSettings::name)
                .collect(Collectors.toSet());
        for (VirtualNodeConfig node : nodes) {
            MeshlogConfig.require(
                    node.listen.endsWith(":0") || places.add(node.listen),
                    KEY + "listen",
                    "another one than that of the virtual node before: " + node.listen);
            MeshlogConfig.require(
                    node.link == null || radios.contains(node.link),
                    KEY + "link",
                    "a link of type tcp or serial, not " + node.link);
            MeshlogConfig.require(
                    node.network == null
                            || links.stream().anyMatch(link -> link.network().equals(node.network)),
                    KEY + "network",
                    "a network of radio.links, not " + node.network);
        }
    }
}
