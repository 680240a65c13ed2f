import { Counter, Histogram } from 'prom-client';

export const metrics = {
  requests: new Counter({
    name: 'shop_requests_total',
    help: 'Requests served',
    labelNames: ['method', 'status'],
  }),
  duration: new Histogram({
    name: 'shop_request_duration_seconds',
    help: 'Time to serve a request',
    buckets: [0.01, 0.1, 1],
  }),
};
