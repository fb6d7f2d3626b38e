// Compiles the TLS part of Boost.Asio once, for the modules that speak it.
#include <boost/asio/ssl/impl/src.hpp>
