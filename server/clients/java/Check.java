import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Drives a server with fabric8's client: what an operator in Java does.
 *
 * <p>Needs KUBECONFIG, and K8SNET_RESTART, a command that kills the server and starts it again. Prints a
 * line for each check; ends with 1 if one failed.
 */
public final class Check {
  private static final String NAMESPACE = "java";
  private static boolean failed = false;

  private interface Body {
    void run() throws Exception;
  }

  private static void check(String name, Body body) {
    try {
      body.run();
      System.out.println("ok java: " + name);
    } catch (Throwable problem) {
      failed = true;
      System.out.println("FAIL java: " + name + ": " + problem.toString().replaceAll("\\s+", " "));
    }
  }

  private static void equal(Object got, Object want) {
    if (!Objects.equals(got, want)) {
      throw new AssertionError(got + " is not " + want);
    }
  }

  /** Runs the call, which must be answered with that error, and returns it. */
  private static KubernetesClientException refused(int code, String reason, Body call) throws Exception {
    try {
      call.run();
    } catch (KubernetesClientException refusal) {
      equal(refusal.getCode(), code);
      equal(refusal.getStatus().getReason(), reason);
      return refusal;
    }
    throw new AssertionError("was served instead of refused with " + code);
  }

  private static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 1200; ++i) {
      if (condition.getAsBoolean()) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("not so after a minute: " + what);
  }

  private static void restart() throws Exception {
    Process process = new ProcessBuilder("sh", "-c", System.getenv("K8SNET_RESTART")).inheritIO().start();
    equal(process.waitFor(), 0);
  }

  private static Ingress ingress(String name, Map<String, String> labels) {
    return new IngressBuilder()
        .withNewMetadata().withName(name).withNamespace(NAMESPACE).withLabels(labels).endMetadata()
        .withNewSpec().withNewDefaultBackend().withNewService().withName("web")
        .withNewPort().withNumber(80).endPort().endService().endDefaultBackend().endSpec()
        .build();
  }

  private static EndpointSlice slice(String name) {
    return new EndpointSliceBuilder()
        .withNewMetadata().withName(name).endMetadata()
        .withAddressType("IPv4")
        .addNewEndpoint().withAddresses("192.0.2.1").endEndpoint()
        .build();
  }

  private static List<String> portNames(io.fabric8.kubernetes.api.model.Service service) {
    return service.getSpec().getPorts().stream().map(port -> port.getName()).toList();
  }

  public static void main(String[] arguments) {
    try (KubernetesClient client = new KubernetesClientBuilder().build()) {
      run(client);
    }
    System.exit(failed ? 1 : 0);
  }

  private static void run(KubernetesClient client) {
    var ingresses = client.network().v1().ingresses().inNamespace(NAMESPACE);
    var services = client.services().inNamespace(NAMESPACE);
    var slices = client.discovery().v1().endpointSlices().inNamespace(NAMESPACE);

    check("reads version and resources", () -> {
      equal(client.getKubernetesVersion().getMajor(), "1");
      equal(client.hasApiGroup("networking.k8s.io", true), true);
      equal(client.supports(Ingress.class), true);
    });

    check("creates a namespace and objects in it", () -> {
      client.namespaces().resource(new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
          .create();
      Ingress made = ingresses.resource(ingress("first", Map.of("app", "web"))).create();
      equal(ingresses.withName("first").get(), made);
      var service = services.resource(new ServiceBuilder()
          .withNewMetadata().withGenerateName("svc-").endMetadata()
          .withNewSpec().withType("NodePort").addNewPort().withPort(80).withNewTargetPort("http").endPort().endSpec()
          .build()).create();
      equal(service.getSpec().getClusterIPs(), List.of(service.getSpec().getClusterIP()));
      equal(service.getSpec().getPorts().get(0).getTargetPort().getStrVal(), "http");
      equal(service.getSpec().getPorts().get(0).getNodePort() >= 30000, true);
    });

    check("tells apart what is missing, there already, wrong and out of date", () -> {
      equal(ingresses.withName("none").get(), null);
      refused(409, "AlreadyExists", () -> ingresses.resource(ingress("first", null)).create());
      var wrong = refused(422, "Invalid", () -> ingresses.resource(ingress("Not_a_name", null)).create());
      equal(wrong.getStatus().getDetails().getCauses().get(0).getField(), "metadata.name");
      Ingress old = ingresses.withName("first").get();
      ingresses.withName("first").edit(
          object -> new IngressBuilder(object).editMetadata().addToLabels("app", "new").endMetadata().build());
      refused(409, "Conflict", () -> ingresses.resource(old).lockResourceVersion().update());
    });

    check("lists by pages and by selectors", () -> {
      for (int i = 0; i < 25; ++i) {
        ingresses.resource(ingress(String.format("page-%02d", i), Map.of("parity", String.valueOf(i % 2)))).create();
      }
      int count = 0;
      int pages = 0;
      String token = null;
      do {
        var page = ingresses.withLabel("parity")
            .list(new ListOptionsBuilder().withLimit(10L).withContinue(token).build());
        count += page.getItems().size();
        ++pages;
        token = page.getMetadata().getContinue();
      } while (token != null && !token.isEmpty());
      equal(List.of(count, pages), List.of(25, 3));
      equal(ingresses.withLabelIn("parity", "1").list().getItems().size(), 12);
      equal(client.network().v1().ingresses().inAnyNamespace().withField("metadata.name", "page-07").list()
          .getItems().size(), 1);
    });

    check("patches with json, merge and strategic merge patches", () -> {
      services.resource(new ServiceBuilder().withNewMetadata().withName("patched").endMetadata()
          .withNewSpec().addNewPort().withName("a").withPort(80).endPort().endSpec().build()).create();
      var patched = services.withName("patched");
      equal(portNames(patched.patch(PatchContext.of(PatchType.STRATEGIC_MERGE),
          "{\"spec\":{\"ports\":[{\"name\":\"b\",\"port\":443}]}}")), List.of("b", "a"));
      equal(portNames(patched.patch(PatchContext.of(PatchType.JSON),
          "[{\"op\":\"remove\",\"path\":\"/spec/ports/0\"}]")), List.of("a"));
      equal(portNames(patched.patch(PatchContext.of(PatchType.JSON_MERGE),
          "{\"spec\":{\"ports\":[{\"name\":\"c\",\"port\":8080}]}}")), List.of("c"));
    });

    check("applies, meets a conflict, forces it", () -> {
      ingresses.resource(ingress("applied", Map.of("team", "red"))).fieldManager("one").serverSideApply();
      var other = ingresses.resource(ingress("applied", Map.of("team", "blue"))).fieldManager("two");
      var conflict = refused(409, "Conflict", other::serverSideApply);
      equal(conflict.getStatus().getMessage(),
          "Apply failed with 1 conflict: conflict with \"one\": .metadata.labels.team");
      equal(other.forceConflicts().serverSideApply().getMetadata().getLabels(), Map.of("team", "blue"));
    });

    check("changes the status through its subresource alone", () -> {
      Ingress changed = ingresses.withName("first").editStatus(object -> new IngressBuilder(object)
          .editSpec().withIngressClassName("ignored").endSpec()
          .withNewStatus().withNewLoadBalancer().addNewIngress().withIp("192.0.2.9").endIngress().endLoadBalancer()
          .endStatus().build());
      equal(changed.getStatus().getLoadBalancer().getIngress().get(0).getIp(), "192.0.2.9");
      equal(changed.getSpec().getIngressClassName(), null);
    });

    check("works on objects of any kind by discovery", () -> {
      var policy = new NetworkPolicyBuilder().withNewMetadata().withName("deny").withNamespace(NAMESPACE).endMetadata()
          .withNewSpec().withNewPodSelector().endPodSelector().endSpec().build();
      client.resource(policy).create();
      GenericKubernetesResource read =
          client.genericKubernetesResources("networking.k8s.io/v1", "NetworkPolicy").inNamespace(NAMESPACE)
              .withName("deny").get();
      equal(read.get("spec", "policyTypes"), List.of("Ingress"));
      client.resource(policy).delete();
    });

    check("watches over a restart of the server, without a gap or a double", () -> {
      var events = new ConcurrentLinkedQueue<String>();
      String start = slices.list().getMetadata().getResourceVersion();
      try (Watch watch = slices.watch(new ListOptionsBuilder().withResourceVersion(start).build(),
          new Watcher<EndpointSlice>() {
            @Override
            public void eventReceived(Action action, EndpointSlice object) {
              events.add(action + " " + object.getMetadata().getName());
            }

            @Override
            public void onClose(WatcherException cause) {
              events.add("closed " + cause);
            }
          })) {
        slices.resource(slice("before")).create();
        eventually("the first event comes", () -> events.size() == 1);
        restart();
        slices.resource(slice("after")).create();
        slices.withName("after").delete();
        eventually("three events came", () -> events.size() >= 3);
        equal(new ArrayList<>(events), List.of("ADDED before", "ADDED after", "DELETED after"));
      }
    });

    check("keeps an informer over a restart of the server", () -> {
      var events = new ConcurrentLinkedQueue<String>();
      try (SharedIndexInformer<Ingress> informer = ingresses.withLabel("informed").inform(
          new ResourceEventHandler<Ingress>() {
            @Override
            public void onAdd(Ingress object) {
              events.add("add " + object.getMetadata().getName());
            }

            @Override
            public void onUpdate(Ingress before, Ingress object) {
              if (!before.getMetadata().getResourceVersion().equals(object.getMetadata().getResourceVersion())) {
                events.add("update " + object.getMetadata().getName());
              }
            }

            @Override
            public void onDelete(Ingress object, boolean unknown) {
              events.add("delete " + object.getMetadata().getName());
            }
          })) {
        ingresses.resource(ingress("informed", Map.of("informed", "yes"))).create();
        eventually("it is added", () -> events.contains("add informed"));
        restart();
        ingresses.withName("informed").delete();
        eventually("it is deleted", () -> events.contains("delete informed"));
        equal(new ArrayList<>(events), List.of("add informed", "delete informed"));
        equal(informer.isRunning(), true);
      }
    });

    check("deletes with finalizers and by label", () -> {
      Ingress held = ingress("held", null);
      held.getMetadata().setFinalizers(List.of("example.com/hold"));
      ingresses.resource(held).create();
      ingresses.withName("held").withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();
      equal(ingresses.withName("held").get().getMetadata().getDeletionTimestamp() != null, true);
      ingresses.withName("held").edit(
          object -> new IngressBuilder(object).editMetadata().withFinalizers().endMetadata().build());
      equal(ingresses.withName("held").get(), null);
      ingresses.withLabel("parity").delete();
      equal(ingresses.withLabel("parity").list().getItems().size(), 0);
    });

    check("deletes a namespace with what is in it", () -> {
      client.namespaces().withName(NAMESPACE).delete();
      client.namespaces().withName(NAMESPACE).waitUntilCondition(Objects::isNull, 60, TimeUnit.SECONDS);
      equal(ingresses.list().getItems().size(), 0);
    });
  }
}
