#include "app/kafka/broker.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <thread>

namespace daybook::app::kafka {
namespace {

template <auto Destroy>
struct Destroyer {
  template <class T>
  void operator()(T* pointer) const {
    Destroy(pointer);
  }
};
template <class T, auto Destroy>
using Owned = std::unique_ptr<T, Destroyer<Destroy>>;

using Handle = Owned<rd_kafka_t, rd_kafka_destroy>;
using Conf = Owned<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using Partitions = Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using AdminOptions = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using NewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using Received = Owned<rd_kafka_message_t, rd_kafka_message_destroy>;

Error error_of(rd_kafka_resp_err_t code, const std::string& what) {
  const bool late = code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE;
  return {late ? Errc::timeout : Errc::unavailable, what + ": " + rd_kafka_err2str(code) + "."};
}

class RdKafka final : public Broker {
 public:
  explicit RdKafka(BrokerOptions options) : options_(std::move(options)) {}

  Result<> open() {
    auto made = make(RD_KAFKA_PRODUCER, {{"acks", "all"}, {"enable.idempotence", "true"}});
    if (!made) return made.error();
    client_ = std::move(*made);
    return {};
  }

  Result<std::vector<TopicState>> topics() override {
    const auto names = all_topics();
    if (!names) return names.error();
    std::vector<TopicState> out;
    for (const auto& [name, partitions] : *names) {
      TopicState topic{name, partitions, 0};
      for (int partition = 0; partition < partitions; ++partition) {
        const auto ends = watermarks(name, partition);
        if (!ends) return ends.error();
        topic.messages += ends->second - ends->first;
      }
      out.push_back(std::move(topic));
    }
    return out;
  }

  Result<std::vector<std::string>> create(const std::vector<TopicPlan>& plans) override {
    const auto present = all_topics();
    if (!present) return present.error();
    std::vector<NewTopic> wanted;
    std::vector<std::string> names;
    for (const auto& plan : plans) {
      if (present->contains(plan.name)) continue;
      char problem[512];
      NewTopic topic{
          rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, plan.replication, problem, sizeof problem)};
      if (!topic) return Error{Errc::invalid_argument, problem};
      for (const auto& [name, value] : plan.settings)
        rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
      wanted.push_back(std::move(topic));
      names.push_back(plan.name);
    }
    if (wanted.empty()) return names;
    std::vector<rd_kafka_NewTopic_t*> raw;
    for (const auto& topic : wanted) raw.push_back(topic.get());
    const auto event = ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* to) {
      rd_kafka_CreateTopics(client_.get(), raw.data(), raw.size(), options, to);
    });
    if (!event) return event.error();
    std::size_t count = 0;
    const auto* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto code = rd_kafka_topic_result_error(results[i]);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
      const char* detail = rd_kafka_topic_result_error_string(results[i]);
      return Error{Errc::invalid_argument, std::string("The broker refuses the topic ") +
                                               rd_kafka_topic_result_name(results[i]) + ": " +
                                               (detail ? detail : rd_kafka_err2str(code)) + "."};
    }
    if (auto led = await_leaders(plans, names); !led) return led.error();
    return names;
  }

  Result<std::vector<GroupLag>> lag(const std::string& group) override {
    auto groups = group.empty() ? all_groups() : Result<std::vector<std::string>>(std::vector<std::string>{group});
    if (!groups) return groups.error();
    std::vector<GroupLag> out;
    for (const auto& name : *groups)
      if (auto added = add_lag(name, out); !added) return added.error();
    return out;
  }

  Result<> read(const Read& what, const std::function<bool(const Message&)>& take) override {
    auto made = make(RD_KAFKA_CONSUMER, {{"group.id", "daybook-operator"},
                                         {"enable.auto.commit", "false"},
                                         {"enable.partition.eof", "true"},
                                         {"auto.offset.reset", "earliest"}});
    if (!made) return made.error();
    const Handle consumer = std::move(*made);
    rd_kafka_poll_set_consumer(consumer.get());
    const auto all = all_topics();
    if (!all) return all.error();
    const Partitions wanted{rd_kafka_topic_partition_list_new(16)};
    std::size_t open = 0;
    for (const auto& topic : what.topics) {
      const auto found = all->find(topic);
      if (found == all->end()) return Error{Errc::not_found, "There is no topic " + topic + "."};
      for (int partition = 0; partition < found->second; ++partition) {
        const auto ends = watermarks(topic, partition);
        if (!ends) return ends.error();
        auto* place = rd_kafka_topic_partition_list_add(wanted.get(), topic.c_str(), partition);
        place->offset = what.last < 0 ? ends->first : std::max(ends->first, ends->second - what.last);
        ++open;
      }
    }
    if (const auto code = rd_kafka_assign(consumer.get(), wanted.get())) return error_of(code, "Reading");
    while (what.follow || open > 0) {
      const Received message{rd_kafka_consumer_poll(consumer.get(), static_cast<int>(options_.timeout.count()))};
      if (!message) {
        if (what.follow) continue;
        return Error{Errc::timeout, "The broker does not answer."};
      }
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        --open;
        continue;
      }
      if (message->err) return error_of(message->err, "Reading");
      if (!take(to_message(*message))) return {};
    }
    return {};
  }

  Result<> publish(const std::string& topic, const std::string& key, const std::string& value) override {
    delivered_.reset();
    const auto code = rd_kafka_producev(
        client_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key.data(), key.size()), RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
        RD_KAFKA_V_OPAQUE(this), RD_KAFKA_V_END);
    if (code) return error_of(code, "Publishing to " + topic);
    if (const auto unsent = rd_kafka_flush(client_.get(), static_cast<int>(options_.timeout.count())))
      return error_of(unsent, "Publishing to " + topic);
    if (delivered_.value_or(RD_KAFKA_RESP_ERR__TIMED_OUT)) return error_of(*delivered_, "Publishing to " + topic);
    return {};
  }

 private:
  using Settings = std::vector<std::pair<std::string, std::string>>;

  Result<Handle> make(rd_kafka_type_t type, const Settings& more) {
    Conf conf{rd_kafka_conf_new()};
    Settings settings = {
        {"bootstrap.servers", options_.brokers}, {"client.id", "daybook-operator"}, {"log_level", "0"}};
    if (!options_.ca_file.empty()) {
      settings.emplace_back("security.protocol", "ssl");
      settings.emplace_back("ssl.ca.location", options_.ca_file);
    }
    settings.insert(settings.end(), more.begin(), more.end());
    char problem[512];
    for (const auto& [name, value] : settings)
      if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), problem, sizeof problem) != RD_KAFKA_CONF_OK)
        return Error{Errc::misconfigured, problem};
    if (type == RD_KAFKA_PRODUCER)
      rd_kafka_conf_set_dr_msg_cb(conf.get(), [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
        static_cast<RdKafka*>(message->_private)->delivered_ = message->err;
      });
    Handle handle{rd_kafka_new(type, conf.get(), problem, sizeof problem)};
    if (!handle) return Error{Errc::misconfigured, problem};
    (void)conf.release();  // The client owns it now.
    return handle;
  }

  int timeout() const { return static_cast<int>(options_.timeout.count()); }

  /// Name to number of partitions; internal ones left out.
  Result<std::map<std::string, int>> all_topics() {
    const rd_kafka_metadata_t* metadata = nullptr;
    if (const auto code = rd_kafka_metadata(client_.get(), 1, nullptr, &metadata, timeout()))
      return error_of(code, "Asking " + options_.brokers + " for its topics");
    std::map<std::string, int> out;
    for (int i = 0; i < metadata->topic_cnt; ++i)
      if (!std::string_view(metadata->topics[i].topic).starts_with("__"))
        out[metadata->topics[i].topic] = metadata->topics[i].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    return out;
  }

  /// Until each partition of `names` answers: the broker says "created" before its leaders stand, and who publishes
  /// between the two is refused.
  Result<> await_leaders(const std::vector<TopicPlan>& plans, const std::vector<std::string>& names) {
    const auto give_up = std::chrono::steady_clock::now() + 3 * options_.timeout;
    for (const auto& plan : plans) {
      if (std::ranges::find(names, plan.name) == names.end()) continue;
      for (int partition = 0; partition < plan.partitions;) {
        const auto ends = watermarks(plan.name, partition);
        if (!ends && std::chrono::steady_clock::now() > give_up) return ends.error();
        partition += ends ? 1 : 0;
        if (!ends) std::this_thread::sleep_for(std::chrono::milliseconds{50});
      }
    }
    return {};
  }

  Result<std::pair<std::int64_t, std::int64_t>> watermarks(const std::string& topic, int partition) {
    std::pair<std::int64_t, std::int64_t> ends;
    if (const auto code = rd_kafka_query_watermark_offsets(client_.get(), topic.c_str(), partition, &ends.first,
                                                           &ends.second, timeout()))
      return error_of(code, "Asking for the ends of " + topic);
    return ends;
  }

  template <class Send>
  Result<Event> ask(rd_kafka_admin_op_t operation, Send send) {
    const Queue queue{rd_kafka_queue_new(client_.get())};
    const AdminOptions options{rd_kafka_AdminOptions_new(client_.get(), operation)};
    char problem[512];
    rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout(), problem, sizeof problem);
    send(options.get(), queue.get());
    Event event{rd_kafka_queue_poll(queue.get(), timeout() + 1000)};
    if (!event) return Error{Errc::timeout, "The broker does not answer."};
    if (const auto code = rd_kafka_event_error(event.get())) return error_of(code, "Asking " + options_.brokers);
    return event;
  }

  Result<std::vector<std::string>> all_groups() {
    const auto event =
        ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* to) {
          rd_kafka_ListConsumerGroups(client_.get(), options, to);
        });
    if (!event) return event.error();
    std::size_t count = 0;
    const auto* groups =
        rd_kafka_ListConsumerGroups_result_valid(rd_kafka_event_ListConsumerGroups_result(event->get()), &count);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) out.emplace_back(rd_kafka_ConsumerGroupListing_group_id(groups[i]));
    std::ranges::sort(out);
    return out;
  }

  Result<> add_lag(const std::string& group, std::vector<GroupLag>& out) {
    auto* request = rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr);
    const auto event =
        ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* to) {
          rd_kafka_ListConsumerGroupOffsets(client_.get(), &request, 1, options, to);
        });
    rd_kafka_ListConsumerGroupOffsets_destroy(request);
    if (!event) return event.error();
    std::size_t count = 0;
    const auto* results = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(event->get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto* places = rd_kafka_group_result_partitions(results[i]);
      for (int p = 0; places && p < places->cnt; ++p) {
        const auto& place = places->elems[p];
        const auto ends = watermarks(place.topic, place.partition);
        if (!ends) return ends.error();
        GroupLag one{group, place.topic, place.partition, std::max<std::int64_t>(-1, place.offset), ends->second, 0};
        one.lag = one.end - std::max(one.committed, ends->first);
        out.push_back(std::move(one));
      }
    }
    return {};
  }

  static Message to_message(const rd_kafka_message_t& raw) {
    Message message;
    message.topic = rd_kafka_topic_name(raw.rkt);
    message.partition = raw.partition;
    message.offset = raw.offset;
    message.timestamp = std::chrono::milliseconds{rd_kafka_message_timestamp(&raw, nullptr)};
    if (raw.key) message.key.assign(static_cast<const char*>(raw.key), raw.key_len);
    if (raw.payload) message.value.assign(static_cast<const char*>(raw.payload), raw.len);
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&raw, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* name = nullptr;
      const void* value = nullptr;
      std::size_t size = 0;
      for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
           ++i)
        message.headers.emplace_back(name, std::string(static_cast<const char*>(value), size));
    }
    return message;
  }

  BrokerOptions options_;
  std::optional<rd_kafka_resp_err_t> delivered_;
  Handle client_;
};

}  // namespace

Result<std::unique_ptr<Broker>> Broker::connect(BrokerOptions options) {
  auto broker = std::make_unique<RdKafka>(std::move(options));
  if (auto opened = broker->open(); !opened) return opened.error();
  return std::unique_ptr<Broker>(std::move(broker));
}

}  // namespace daybook::app::kafka
