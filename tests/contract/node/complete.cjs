// One step of the npm client `open311`, as JSON: ADDRESS KEY STEP [ARGUMENTS…]
const Open311 = require("open311");

const [address, apiKey, step, ...told] = process.argv.slice(2);
const client = new Open311({ discovery: `${address}/discovery.json`, endpoint: `${address}/`, jurisdiction: "0180", apiKey });

function print(failed, answer) {
  if (failed) {
    console.error(answer);
    process.exit(1);
  }
  console.log(JSON.stringify(answer));
}

const STEPS = {
  discovery: () => client.serviceDiscovery(print),
  services: () => client.serviceList(print),
  definition: () => client.serviceDefinition(told[0], print),
  post: () =>
    client.submitRequest(
      { service_code: told[0], description: told[1], media_url: told[2], lat: 59.3307, long: 18.0593, email: "anna@example.org", attributes: { colour: "red" } },
      print,
    ),
  request: () => client.serviceRequest(told[0], print),
  several: () => client.serviceRequests(told, print),
  requests: () => client.serviceRequests({ service_code: told[0], status: "open" }, print),
  token: () => client.token(told[0], print),
};

STEPS[step]();
