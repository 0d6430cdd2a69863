package dev.meshlog.infra.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.infra.UserError;
import dev.meshlog.ingest.LinkConfig;
import dev.meshlog.ingest.keysync.KeyPolicy;
import dev.meshlog.ingest.keysync.KeySyncSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeshlogConfigTest {
    @Test
    void exampleShowsTheDefaults() {
        assertThat(MeshlogConfig.parse(MeshlogConfig.example(), "example")).isEqualTo(MeshlogConfig.DEFAULTS);
    }

    @Test
    void emptyFileMeansDefaults() {
        assertThat(MeshlogConfig.parse("# nothing\n", "x")).isEqualTo(MeshlogConfig.DEFAULTS);
    }

    @Test
    void everyKeyIsRead() {
        MeshlogConfig config = MeshlogConfig.parse("""
                broker: {port: 1}
                kafka: {bootstrapServers: "a:1", configFile: b}
                radio:
                  enabled: true
                  links: [{name: n, network: w, type: file, path: p.frames, messagesPerSecond: 7}]
                  channels: [{name: c, psk: AQ==}]
                  privateKeys: [{network: w, node: "!00000929", key: oAMwYz5jUi+KTYHsbZ0eZhf2yP/TpMaYIpU31E5SIn8=}]
                  limits: {newNodesPerHour: 8, nodes: 9, newKeysPerHour: 10}
                  virtualNodes: [{listen: "h:4403", network: w, allow: [10.0.0.0/8], allowAdmin: true, allowSecrets: true,
                    messagesPerMinute: 11, clients: 12, region: 3}]
                ledger: {enabled: false, mode: listener, genesis: g, key: k, minRoundIntervalMs: 2, idleRoundIntervalMs: 3,
                  gossip: {listen: "h:2", address: "h:3", join: ["h:4", "[::1]:5"]}}
                snapshots: {intervalSeconds: 4, keep: 5, shortenLog: true, keepLogFor: 12h}
                http: {listen: "h:1", advertised: a, tokenFile: t, keyStore: s, keyStorePasswordFile: p}
                """, "x");
        assertThat(config)
                .isEqualTo(new MeshlogConfig(
                        new MeshlogConfig.Broker(1),
                        new MeshlogConfig.Kafka("a:1", "b"),
                        new MeshlogConfig.Radio(
                                true,
                                java.util.List.of(LinkSettings.file("n", "w", "p.frames", 7)),
                                java.util.List.of(new MeshlogConfig.Channel("c", "AQ==")),
                                java.util.List.of(new PrivateKeyConfig(
                                        "w", "!00000929", "oAMwYz5jUi+KTYHsbZ0eZhf2yP/TpMaYIpU31E5SIn8=")),
                                new RadioLimitsConfig(8, 9, 10),
                                java.util.List.of(new VirtualNodeConfig(
                                        "h:4403", null, "w", java.util.List.of("10.0.0.0/8"), true, true, 11, 12, 3))),
                        new MeshlogConfig.Ledger(
                                false,
                                "listener",
                                "g",
                                "k",
                                2,
                                3,
                                new GossipConfig("h:2", "h:3", java.util.List.of("h:4", "[::1]:5"))),
                        new MeshlogConfig.Snapshots(4, 5, true, "12h"),
                        new HttpConfig("h:1", "a", "t", "s", "p")));
    }

    @Test
    void linksOfEveryTypeAreRead() {
        MeshlogConfig config = MeshlogConfig.parse("""
                radio:
                  links:
                    - {name: a, network: w, type: tcp, host: h, port: 5, silentMinutes: 6, spoolMegabytes: 7, keys: {policy: off, maxNodes: 100}}
                    - {name: b, network: w, type: serial, device: /dev/ttyUSB0, baudRate: 9600}
                    - {name: c, network: w, type: udp, group: 224.0.0.70, port: 8, interface: lo}
                    - {name: d, network: w, type: udp}
                    - {name: e, network: w, type: mqtt, mqtt: {broker: mqtt://h, topics: [msh/#]}}
                    - {name: f, network: w, type: mqtt, silentMinutes: 5, mqtt: {broker: "mqtts://h:99", topics: [a/+/b, c/#], qos: 2,
                       user: u, passwordVariable: V, caFile: ca.pem, keyStore: k.p12, keyStorePasswordFile: k, clientId: me, sessionHours: 1,
                       otherTopics: refuse}}
                """, "x");
        assertThat(config.radio().links())
                .extracting(link -> link.toLinkConfig().source() instanceof LinkConfig.Live live ? live.place() : "")
                .containsExactly(
                        "tcp h:5",
                        "serial /dev/ttyUSB0",
                        "udp 224.0.0.70:8 on lo",
                        "udp 224.0.0.69:4403",
                        "mqtt h:1883 msh/#",
                        "mqtts h:99 a/+/b c/#");
        assertThat(config.radio().links().get(0).keysOrDefault().toSettings())
                .isEqualTo(new KeySyncSettings(KeyPolicy.OFF, 100));
        assertThat(config.radio().links().get(1).keysOrDefault().toSettings()).isEqualTo(KeySyncSettings.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    brokr: {port: 1}                                          | unknown key 'brokr'
                    broker: {prt: 1}                                          | broker.prt: unknown key 'prt'
                    broker: {port: 70000}                                     | broker.port must be
                    broker: {port: x}                                         | broker.port
                    kafka: {}                                                 | kafka must be
                    {radio: {enabled: false}, ledger: {enabled: false}}       | radio.enabled, ledger.enabled must be
                    radio: {enabled: false, links: [{name: n, network: w, type: tcp, host: h}]} | radio.enabled must be
                    radio: {links: [{name: n, network: w, type: telex}]}      | radio.links.type of link n must be
                    radio: {links: [{name: n, network: w, type: file}]}       | radio.links.path of link n must be
                    radio: {links: [{name: N, network: w, type: file, path: p.frames}]} | radio.links.name must be
                    radio: {links: [{name: n, network: w, type: file, path: p.pcap}]} | radio.links.path of link n must be
                    radio: {links: [{network: w, type: file, path: p}]}       | name
                    radio: {links: [{name: n, network: w, type: tcp}]}        | radio.links.host of link n must be
                    radio: {links: [{name: n, network: w, type: tcp, host: h, port: 0}]} | radio.links.port of link n must be
                    radio: {links: [{name: n, network: w, type: tcp, host: h, path: p.frames}]} | radio.links.path of link n must be absent
                    radio: {links: [{name: n, network: w, type: serial}]}     | radio.links.device of link n must be
                    radio: {links: [{name: a, network: w, type: tcp, host: h}, {name: b, network: w, type: tcp, host: H, port: 4403}]} | radio.links must be to different places, but a and b
                    radio: {links: [{name: n, network: w, type: udp, keys: {policy: off}}]} | radio.links.keys of link n must be absent
                    radio: {links: [{name: n, network: w, type: tcp, host: h, keys: {policy: all}}]} | radio.links.keys.policy must be
                    radio: {links: [{name: n, network: w, type: tcp, host: h, keys: {maxNodes: 2}}]} | radio.links.keys.maxNodes must be
                    radio: {limits: {nodes: 0}}                               | radio.limits.nodes must be
                    radio: {privateKeys: [{network: w, node: "!1", key: AQ==}]} | the private key of !00000001 does not have 32 bytes
                    radio: {privateKeys: [{network: w, node: me, key: AQ==}]} | 'me' is not a node number
                    radio: {links: [{name: n, network: w, type: mqtt}]}       | radio.links.mqtt of link n must be there
                    radio: {links: [{name: n, network: w, type: mqtt, host: h, mqtt: {broker: "mqtt://h", topics: [a]}}]} | radio.links.host of link n must be absent
                    radio: {links: [{name: n, network: w, type: mqtt, mqtt: {topics: [a]}}]} | broker
                    radio: {links: [{name: n, network: w, type: mqtt, mqtt: {broker: "mqtt://u:p@h", topics: [a]}}]} | radio.links.mqtt.broker must be
                    radio: {links: [{name: n, network: w, type: mqtt, mqtt: {broker: "mqtt://h", topics: []}}]} | radio.links.mqtt.topics must be
                    radio: {links: [{name: n, network: w, type: mqtt, mqtt: {broker: "mqtt://h", topics: [a/#/b]}}]} | radio.links.mqtt.topics must be
                    radio: {links: [{name: n, network: w, type: mqtt, mqtt: {broker: "mqtt://h", topics: [a], qos: 3}}]} | radio.links.mqtt.qos must be
                    radio: {links: [{name: n, network: w, type: mqtt, mqtt: {broker: "mqtt://h", topics: [a], user: u}}]} | radio.links.mqtt.user must be
                    radio: {links: [{name: n, network: w, type: mqtt, mqtt: {broker: "mqtt://h", topics: [a], caFile: c}}]} | radio.links.mqtt.broker must be mqtts
                    radio: {links: [{name: n, network: w, type: mqtt, mqtt: {broker: "mqtts://h", topics: [a], keyStore: c}}]} | radio.links.mqtt.keyStore must be
                    radio: {links: [{name: n, network: w, type: mqtt, mqtt: {broker: "mqtt://h", topics: [a], otherTopics: eat}}]} | radio.links.mqtt.otherTopics must be
                    ledger: {mode: dictator}                                  | ledger.mode must be
                    ledger: {mode: listener, genesis: g}                      | ledger.gossip must be
                    ledger: {mode: validator, gossip: {join: ["h:1"]}}        | ledger.genesis must be
                    ledger: {gossip: {listen: h}}                             | ledger.gossip.listen must be
                    ledger: {gossip: {join: ["h:0"]}}                         | ledger.gossip.join must be
                    ledger: {minRoundIntervalMs: 0}                           | ledger.minRoundIntervalMs must be
                    snapshots: {keep: 1}                                      | snapshots.keep must be
                    snapshots: {keepLogFor: 1w}                               | snapshots.keepLogFor must be
                    http: {listen: 1}                                         | http.listen must be
                    http: {listen: "h:70000"}                                 | http.listen must be
                    http: {keyStore: s}                                       | http.keyStore and http.keyStorePasswordFile must be
                    {                                                         | is not YAML
                    """)
    void whatIsWrongIsNamed(String yaml, String message) {
        assertThatThrownBy(() -> MeshlogConfig.parse(yaml, "file.yaml"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("file.yaml")
                .hasMessageContaining(message);
    }
}
