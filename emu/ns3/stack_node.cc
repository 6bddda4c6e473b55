/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The seam between ns-3 and the data plane. Frames and packets are copied at it:
 * ns-3's packets are chains of shared memory, and the stack works in place. The
 * data plane's callbacks must not re-enter it, and ns-3's upper layers answer at
 * once, so what is for them waits until the data plane has returned. */
#include "ns3/stack_node.h"
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ns3/simulator.h>

namespace emu
{

namespace
{
constexpr size_t ethernet = 14;
constexpr size_t octets_max = 65535 + 40;
constexpr unsigned ticks_max = 1000;
constexpr unsigned least_mtu = 1280; /* ns-3 has no IPv6 below */
constexpr unsigned tunnel_overhead = 40;
} // namespace

stack_node::stack_node(struct run &run, int index)
    : sim_node(run, index), source_(ns3::CreateObject<event_source>()),
      buffer_(MIP6_SOFT_HEADROOM + ethernet + octets_max)
{
	node_->AggregateObject(source_);
	source_->TraceConnectWithoutContext("Event",
					    ns3::MakeCallback(&stack_node::log_event, this));
	host_.frames = on_frames;
	host_.up = nullptr;
	host_.event = on_event;
	host_.save = on_save;
	host_.random = on_random;
}

stack_node::~stack_node()
{
	mip6_soft_free(soft_);
	if (events_)
		fclose(events_);
}

void stack_node::install_upper()
{
	std::vector<ns3::Ipv6Address> addresses;
	unsigned mtu = default_mtu;
	struct mip6_addr hoa;

	if (upper_)
		return;
	for (auto &p : ports_) {
		mtu = std::min(mtu, mtu_of(*p));
		for (size_t a = 0; a < p->plan().addr_count; a++) {
			struct mip6_prefix prefix;

			/* ns-3 prefers the last one as a source, the plan the first. */
			if (mip6_prefix_parse(p->plan().addrs[a], &prefix) == MIP6_OK)
				addresses.insert(addresses.begin(),
						 ns3::Ipv6Address(prefix.addr.b));
		}
	}
	/* A home address is there from the beginning; the data plane has it while
	 * the protocol runs. */
	if (mip6_addr_parse(plan_.hoa, &hoa) == MIP6_OK) {
		addresses.push_back(ns3::Ipv6Address(hoa.b));
		mtu = std::max(mtu - tunnel_overhead, least_mtu);
	}
	upper_ =
	    std::make_unique<upper>([this](ns3::Ptr<const ns3::Packet> packet) { output(packet); });
	upper_->install(node_, addresses, static_cast<uint16_t>(mtu));
	host_.up = on_up;
}

/* ---- packets --------------------------------------------------------------------- */

/* Each input ends the same way: what it brought for the upper layers, and the time
 * of the next tick. */
template <typename F> void stack_node::input(F call)
{
	call();
	deliver();
	arm();
}

void stack_node::deliver()
{
	if (delivering_)
		return; /* an answer of the upper layers: the loop below goes on */
	delivering_ = true;
	for (size_t i = 0; i < up_.size(); i++)
		upper_->deliver(up_[i]);
	up_.clear();
	delivering_ = false;
}

void stack_node::arm()
{
	mip6_time deadline = mip6_soft_deadline(soft_);
	mip6_time now = node_now();

	/* A timer that is early finds nothing due and sets the next: cheaper than
	 * to move it with each packet. */
	if (deadline == MIP6_NEVER || (timer_.IsRunning() && timer_at_ <= deadline))
		return;
	timer_.Cancel();
	timer_at_ = std::max(deadline, now);
	timer_ =
	    ns3::Simulator::Schedule(ns3::NanoSeconds(timer_at_ - now), &stack_node::tick, this);
}

void stack_node::tick()
{
	mip6_time now = node_now();

	if (mip6_soft_deadline(soft_) > now) {
		ticks_ = 0;
		arm();
		return;
	}
	if (++ticks_ > ticks_max) {
		run_.fail("node %s wants a tick again and again without time passing", plan_.name);
		return;
	}
	input([&] { mip6_soft_tick(soft_, now); });
	if (mip6_soft_deadline(soft_) > now)
		ticks_ = 0;
}

void stack_node::receive(unsigned ifindex, const frame &f)
{
	uint8_t *data = buffer_.data() + MIP6_SOFT_HEADROOM;
	uint32_t size = f.payload->GetSize();
	struct mip6_buf buf = {};

	if (size > octets_max)
		return;
	f.dst.CopyTo(data);
	f.src.CopyTo(data + 6);
	data[12] = static_cast<uint8_t>(f.type >> 8);
	data[13] = static_cast<uint8_t>(f.type & 0xff);
	f.payload->CopyData(data + ethernet, size);
	buf.data = data;
	buf.len = ethernet + size;
	buf.headroom = MIP6_SOFT_HEADROOM;
	input([&] { mip6_soft_receive(soft_, node_now(), ifindex, &buf, 1); });
}

void stack_node::output(ns3::Ptr<const ns3::Packet> packet)
{
	uint8_t *data = buffer_.data() + MIP6_SOFT_HEADROOM + ethernet;
	struct mip6_buf buf = {};

	if (packet->GetSize() > octets_max)
		return;
	packet->CopyData(data, packet->GetSize());
	buf.data = data;
	buf.len = packet->GetSize();
	buf.headroom = MIP6_SOFT_HEADROOM + ethernet;
	input([&] { mip6_soft_output(soft_, node_now(), &buf, 1); });
}

void stack_node::on_frames(void *ctx, unsigned ifindex, const struct mip6_buf *frames, size_t count)
{
	port *p = static_cast<stack_node *>(ctx)->find_port(ifindex);

	for (size_t i = 0; p && i < count; i++)
		p->transmit(frames[i].data, frames[i].len);
}

void stack_node::on_up(void *ctx, const struct mip6_buf *packets, size_t count)
{
	stack_node *self = static_cast<stack_node *>(ctx);

	for (size_t i = 0; i < count; i++)
		self->up_.push_back(ns3::Create<ns3::Packet>(
		    packets[i].data, static_cast<uint32_t>(packets[i].len)));
}

void stack_node::on_random(void *ctx, void *buf, size_t len)
{
	stack_node *self = static_cast<stack_node *>(ctx);
	std::string stream = std::string("ns3 random ") + self->plan_.name;
	uint8_t *to = static_cast<uint8_t *>(buf);

	while (len > 0) {
		uint64_t word = prng_word(self->run_.plan->seed, stream.c_str(), self->draws_++);
		size_t part = std::min(len, sizeof(word));

		memcpy(to, &word, part);
		to += part;
		len -= part;
	}
}

/* ---- configuration --------------------------------------------------------------- */

void stack_node::report_link(const port &p, bool attached)
{
	const struct lab_iface &iface = p.plan();
	struct mip6_link report = {};

	report.ifindex = iface.ifindex;
	snprintf(report.name, sizeof(report.name), "%s", iface.name);
	report.up = p.carrier();
	report.attached = attached;
	report.mac_len = sizeof(iface.mac);
	std::copy(iface.mac, iface.mac + sizeof(iface.mac), report.mac);
	report.mtu = mtu_of(p);
	input([&] { mip6_soft_link(soft_, node_now(), &report); });
}

void stack_node::forget(unsigned ifindex, const uint8_t mac[6])
{
	mip6_soft_forget(soft_, ifindex, mac);
}

bool stack_node::add_addresses(const port &p)
{
	for (size_t a = 0; a < p.plan().addr_count; a++) {
		const char *text = p.plan().addrs[a];
		struct mip6_prefix prefix;

		if (mip6_prefix_parse(text, &prefix) < 0 ||
		    mip6_soft_address(soft_, node_now(), p.ifindex(), &prefix, true) < 0)
			return run_.fail("cannot add address %s", text);
	}
	return true;
}

bool stack_node::add_route(const struct lab_route &route)
{
	struct mip6_prefix dst;
	struct mip6_addr via;
	unsigned ifindex;

	if (!read_route(route, &dst, &via, &ifindex))
		return false;
	return mip6_soft_route(soft_, node_now(), &dst, ifindex, &via, true) == MIP6_OK ||
	       cannot_route(route);
}

/* A data plane as the plan says, with the protocol if there is a configuration. */
bool stack_node::raise(const struct mip6_config *config)
{
	mip6_soft_free(soft_);
	soft_ = mip6_soft_new(config, &host_, this);
	if (!soft_)
		return run_.fail("out of memory");
	mip6_soft_forwarding(soft_, has_forwarding());
	for (auto &p : ports_) {
		report_link(*p, false);
		if (!add_addresses(*p))
			return false;
	}
	for (size_t r = 0; r < plan_.route_count; r++)
		if (!add_route(plan_.routes[r]))
			return false;
	for (const neighbour &n : neighbours_)
		if (mip6_soft_neighbour(soft_, n.ifindex, &n.addr, n.mac) < 0)
			return run_.fail("cannot add a neighbour at node %s", plan_.name);
	arm();
	return true;
}

bool stack_node::raise()
{
	return raise(nullptr);
}

/* ---- daemons --------------------------------------------------------------------- */

bool stack_node::configure(int daemon, struct mip6_config *ret)
{
	const struct lab_daemon &d = plan_.daemons[daemon];
	char *text = take_config(daemon);
	struct mip6_conf_error e = {};
	char line[1024] = "";
	int err;

	if (!text)
		return false;
	err = mip6_conf_parse(d.config_name, text, strlen(text), ret, &e);
	free(text);
	if (err)
		snprintf(line, sizeof(line), "mip6d: %s:%d:%d: %s\n", e.file, e.line, e.column,
			 e.text);
	log(daemon, line);
	return err ? run_.fail("%s at %s: %s:%d:%d: %s", d.name, plan_.name, e.file, e.line,
			       e.column, e.text)
		   : true;
}

void stack_node::restore()
{
	for (const struct mip6_record &record : records_)
		mip6_node_restore(mip6_soft_node(soft_), node_now(), &record);
}

bool stack_node::start(int daemon)
{
	const struct lab_daemon &d = plan_.daemons[daemon];
	struct mip6_config config;
	bool raised;
	int err;

	if (daemon_ >= 0)
		return run_.fail("%s at %s runs already", plan_.daemons[daemon_].name, plan_.name);
	if (strcmp(d.argv[0], "${mip6d}") != 0 || !d.config_text)
		return run_.fail("%s at %s is a program that ns-3 cannot run", d.name, plan_.name);
	if (!configure(daemon, &config))
		return false;
	if (d.events && !events_)
		events_ = fopen(run_.raw(d.events).c_str(), "we");
	note_start(daemon);
	raised = raise(&config);
	mip6_config_clear(&config);
	if (!raised)
		return false;
	restore();
	daemon_ = daemon;
	input([&] { err = mip6_soft_start(soft_, node_now()); });
	return err ? run_.fail("%s at %s does not start: %s", d.name, plan_.name,
			       mip6_strerror(err))
		   : true;
}

void stack_node::stop()
{
	if (daemon_ < 0)
		return;
	input([&] { mip6_soft_stop(soft_, node_now()); });
	end_daemon(0, 0);
}

/* A daemon's death takes its data plane with it, as `Plane user` does on Linux; what
 * it saved is there for the next one. */
bool stack_node::signal(int daemon, int number)
{
	const struct lab_daemon &d = plan_.daemons[daemon];
	struct mip6_config config;
	int err;

	if (!note_signal(daemon, number))
		return false;
	switch (number) {
	case SIGTERM:
	case SIGINT:
		stop();
		return raise(nullptr);
	case SIGKILL:
		end_daemon(-1, number);
		return raise(nullptr);
	case SIGHUP:
		if (!configure(daemon, &config))
			return false;
		input([&] { err = mip6_soft_reconfigure(soft_, node_now(), &config); });
		mip6_config_clear(&config);
		return err ? run_.fail("%s at %s: %s", d.name, plan_.name, mip6_strerror(err))
			   : true;
	default:
		return run_.fail("signal %d means nothing to %s in ns-3", number, d.name);
	}
}

void stack_node::on_event(void *ctx, const struct mip6_event *event)
{
	static_cast<stack_node *>(ctx)->source_->tell(event);
}

void stack_node::log_event(const struct mip6_event *event)
{
	const port *p = find_port(event->ifindex);
	char line[4096];
	int len = mip6_event_line(plan_.name, wall_at_zero - mono_at_zero, event,
				  p ? p->plan().name : nullptr, line, sizeof(line));

	if (len > 0 && events_)
		fwrite(line, 1, static_cast<size_t>(len), events_);
}

int stack_node::on_save(void *ctx, const struct mip6_record *record)
{
	auto &records = static_cast<stack_node *>(ctx)->records_;
	auto same = [record](const struct mip6_record &r) {
		return r.kind == record->kind && mip6_addr_equal(&r.key, &record->key);
	};

	records.erase(std::remove_if(records.begin(), records.end(), same), records.end());
	if (record->len > 0)
		records.push_back(*record);
	return 0;
}

void stack_node::flush_files()
{
	sim_node::flush_files();
	if (events_)
		fflush(events_);
}

} // namespace emu
