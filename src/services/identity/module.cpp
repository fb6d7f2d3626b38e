#include "services/identity/module.hpp"

#include "services/identity/routes.hpp"

namespace daybook::identity {

Module::Module(Store& store, const WallClock& clock, Options options)
    : service_(store, clock, std::move(options.limits), options.secrets),
      router_(make_router(service_, options.invoker, options.public_url.starts_with("https:"))) {}

}  // namespace daybook::identity
